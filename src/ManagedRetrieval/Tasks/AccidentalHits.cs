using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tasks;

/// <summary>Negatives that bear the positive's own id: the same candidate standing twice in a batch.</summary>
internal static class AccidentalHits
{
    /// <summary>Lists, for each of the first <paramref name="queries"/> candidates, the other columns with the same id, ascending.</summary>
    /// <param name="tape">Lends the memory.</param>
    /// <param name="ids">The candidates' ids.</param>
    /// <param name="queries">The number of rows.</param>
    public static OpIndices Find<T>(Tape<T> tape, CandidateIds ids, int queries)
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

        Memory<int> offsets = tape.AllocateIndices(queries + 1);
        int count = 0;
        for (int i = 0; i < queries; i++)
        {
            offsets.Span[i] = count;
            for (int j = first[(int)(ids.HashAt(i) >> shift)]; j >= 0; j = next[j])
            {
                count += j != i && ids.AreSame(i, j) ? 1 : 0;
            }
        }

        offsets.Span[queries] = count;
        Memory<int> columns = tape.AllocateIndices(count);
        int position = 0;
        for (int i = 0; i < queries; i++)
        {
            for (int j = first[(int)(ids.HashAt(i) >> shift)]; j >= 0; j = next[j])
            {
                if (j != i && ids.AreSame(i, j))
                {
                    columns.Span[position++] = j;
                }
            }
        }

        return new OpIndices(columns, offsets);
    }
}
