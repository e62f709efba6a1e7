using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Losses;

/// <summary>Finds the positions of an id among many, in memory of a tape's step.</summary>
/// <remarks>Chained hashing; every chain ascends by position.</remarks>
internal readonly ref struct IdTable
{
    private readonly CandidateIds _ids;
    private readonly ReadOnlySpan<int> _first;
    private readonly ReadOnlySpan<int> _next;
    private readonly int _shift;

    private IdTable(CandidateIds ids, ReadOnlySpan<int> first, ReadOnlySpan<int> next, int shift)
    {
        _ids = ids;
        _first = first;
        _next = next;
        _shift = shift;
    }

    public static IdTable Of<T>(Tape<T> tape, CandidateIds ids)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // At least two buckets: a shift by all 32 bits of a hash would be none.
        int buckets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, ids.Count));
        int shift = BitOperations.LeadingZeroCount((uint)buckets - 1);
        Span<int> first = tape.AllocateIndices(buckets).Span;
        Span<int> next = tape.AllocateIndices(ids.Count).Span;
        first.Fill(-1);
        for (int j = ids.Count - 1; j >= 0; j--)
        {
            // Pushed in descending order, so that each bucket's list ascends.
            ref int head = ref first[(int)(ids.HashAt(j) >> shift)];
            next[j] = head;
            head = j;
        }

        return new IdTable(ids, first, next, shift);
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
