using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Features;

/// <summary>Finds the positions of an id among many.</summary>
/// <remarks>Chained hashing in memory of the caller's; every chain ascends by position.</remarks>
internal readonly ref struct IdTable
{
    private readonly CandidateIds _ids;
    private readonly ReadOnlySpan<int> _first;
    private readonly ReadOnlySpan<int> _next;
    private readonly int _shift;

    /// <summary>A view of a table that was filled before.</summary>
    public IdTable(CandidateIds ids, ReadOnlySpan<int> first, ReadOnlySpan<int> next)
    {
        (_ids, _shift) = (ids, BitOperations.LeadingZeroCount((uint)first.Length - 1));
        _first = first;
        _next = next;
    }

    /// <summary>A table in memory of a tape's step.</summary>
    public static IdTable Of<T>(Tape<T> tape, CandidateIds ids)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<int> first = tape.AllocateIndices(Buckets(ids.Count)).Span;
        Span<int> next = tape.AllocateIndices(ids.Count).Span;
        return Fill(ids, first, next);
    }

    /// <summary>How many buckets a number of ids takes: at least two, since a shift by all 32 bits of a hash would be none.</summary>
    public static int Buckets(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, count));

    /// <summary>Makes a table.</summary>
    /// <param name="ids">Shared, so they must not change.</param>
    /// <param name="first">As many as <see cref="Buckets"/> says; overwritten.</param>
    /// <param name="next">One for each id; overwritten.</param>
    public static IdTable Fill(CandidateIds ids, Span<int> first, Span<int> next)
    {
        var table = new IdTable(ids, first, next);
        first.Fill(-1);
        for (int j = ids.Count - 1; j >= 0; j--)
        {
            // Pushed in descending order, so that each bucket's list ascends.
            ref int head = ref first[(int)(ids.HashAt(j) >> table._shift)];
            next[j] = head;
            head = j;
        }

        return table;
    }

    /// <summary>The first position, from <paramref name="after"/> + 1 on, of one of the ids of <paramref name="wanted"/>; −1 for none.</summary>
    public int Next(CandidateIds wanted, int which, int after = -1)
    {
        int j = after < 0 ? _first[(int)(wanted.HashAt(which) >> _shift)] : _next[after];
        while (j >= 0 && !wanted.AreSame(which, _ids, j))
        {
            j = _next[j];
        }

        return j;
    }
}
