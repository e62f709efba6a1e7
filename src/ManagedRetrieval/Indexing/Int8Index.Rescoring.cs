using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Indexing;

public sealed partial class Int8Index<TId>
{
    /// <summary>Scores again what scans found, or all rows, a query a part.</summary>
    private ref struct Rescoring : IParallelJob
    {
        public required Int8Index<TId> Index;
        public required Int8Batch Batch;
        public required int Heads;
        public required CancellationToken CancellationToken;

        /// <summary>Entries of a list; 0 for all rows.</summary>
        public required int Length;

        /// <summary>[heads, queries, length]; −1 where a list has ended.</summary>
        public required ReadOnlySpan<int> Lists;

        /// <summary>The bounds of the lists' rows, descending.</summary>
        public ReadOnlySpan<float> Bounds;

        /// <summary>[heads, queries]: the magnitude beyond which the bounds can be compared with scores.</summary>
        public ReadOnlySpan<float> Comparable;

        /// <summary>[heads, queries]: how many rows reach the k-th score, where lists are to hold all these, which they do if there are not more than entries.</summary>
        public ReadOnlySpan<int> Reached;

        public readonly void Run(int query)
        {
            CancellationToken.ThrowIfCancellationRequested();
            for (int list = query; list < Reached.Length; list += Batch.Count)
            {
                if (Reached[list] > Length)
                {
                    Batch.Next[query] = Int8Step.All;
                    return;
                }
            }

            int rows = 0, kept = Batch.K;
            using var scratch = new Scratch<int>(Length == 0 ? Index.Count : Heads * Length);
            for (int head = 0; head < Heads && Length > 0; head++)
            {
                ReadOnlySpan<int> list = Lists.Slice(((head * Batch.Count) + query) * Length, Length);
                list = list.IndexOf(-1) is >= 0 and var end ? list[..end] : list;
                list.CopyTo(scratch.Span[rows..]);
                rows += list.Length;
            }

            Span<int> some = Length == 0 ? Batch.Limits.AdmittedBy(query, scratch.Span) : SortedRows.Distinct(scratch.Span[..rows]);
            Span<float> scores = Batch.Scores.Slice(query * kept, kept);
            Index.RankRows(Batch.Query(query), some, scores, Batch.Rows.Slice(query * kept, kept), CancellationToken);
            Batch.Next[query] = Index.IsExact && Reached.IsEmpty ? After(query, scores[^1]) : Int8Step.Done;
        }

        /// <summary>What comes after the lists' rows were scored: nothing where no other row can have a score, which must not be above its bound, as good as the k-th.</summary>
        private readonly Int8Step After(int query, float score)
        {
            bool compares = true, isBeyond = true;
            for (int list = query; list < Comparable.Length; list += Batch.Count)
            {
                int last = ((list + 1) * Length) - 1;
                if (Lists[last] == -1)
                {
                    return Int8Step.Done;
                }

                compares &= MathF.Abs(score) > Comparable[list];
                isBeyond &= Bounds[last] < score;
            }

            return !compares ? Int8Step.All
                : isBeyond ? Int8Step.Done
                : Index.MostReachedBy(Heads) > Length ? Int8Step.Reach
                : Int8Step.All;
        }
    }
}
