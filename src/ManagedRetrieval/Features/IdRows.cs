using System.Numerics;

namespace ManagedRetrieval.Features;

/// <summary>Finds the rows of a corpus that bear an id. Immutable; any number of readers.</summary>
internal sealed class IdRows
{
    private readonly CandidateIds _ids;
    private readonly int[] _first;
    private readonly int[] _next;
    private readonly int _shift;

    /// <summary>Takes in one id for each row; shared, so they must not change.</summary>
    public IdRows(CandidateIds ids)
    {
        // At least two buckets: a shift by all 32 bits of a hash would be none.
        int buckets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, ids.Count));
        _ids = ids;
        _shift = BitOperations.LeadingZeroCount((uint)buckets - 1);
        _first = new int[buckets];
        _next = new int[ids.Count];
        Array.Fill(_first, -1);
        for (int row = ids.Count - 1; row >= 0; row--)
        {
            // Pushed in descending order, so that each bucket's list ascends.
            ref int head = ref _first[ids.HashAt(row) >> _shift];
            _next[row] = head;
            head = row;
        }
    }

    /// <summary>The number of rows.</summary>
    public int Count => _ids.Count;

    /// <summary>The type of the ids in words.</summary>
    public string TypeName => _ids.TypeName;

    /// <summary>Appends the rows that bear the id number <paramref name="index"/> of <paramref name="ids"/>, ascending, as one list.</summary>
    public void Find(CandidateIds ids, int index, RaggedIds rows)
    {
        for (int row = _first[ids.HashAt(index) >> _shift]; row >= 0; row = _next[row])
        {
            if (ids.AreSame(index, _ids, row))
            {
                rows.Append(row);
            }
        }

        rows.EndRow();
    }
}
