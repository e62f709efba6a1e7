using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

public sealed partial class Int8Index<TId>
{
    /// <summary>Entries of the scan's lists that are in memory at once: 12 MiB of keys, scores and rows, which long lists of many queries would go far beyond.</summary>
    private const int MostEntries = 1 << 19;

    /// <summary>Rows of a list at least: where the answer has to be exact, some 20 to 30 have bounds as good as the tenth score of a million.</summary>
    private const int FirstExact = 40, FirstEstimated = 64;

    /// <summary>How many times as long the next lists are where the first were too short; a list of as large a part of all rows is not worth its sorting.</summary>
    private const int Growth = 8;

    /// <summary>Queries, with all their heads, of a block at most: enough parts for several workers.</summary>
    private const int MostVectors = 256;

    private protected override void SearchRows(
        Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, CancellationToken cancellationToken)
    {
        int kept = scores.Shape.RowLength;
        int scanned = (int)Math.Min(Count, Math.Max(kept, _rescored ?? Math.Max(IsExact ? FirstExact : FirstEstimated, 4L * kept)));
        SearchRows(queries, scores, rows, limits, scanned, cancellationToken);
    }

    private void SearchRows(
        Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, int scanned, CancellationToken cancellationToken)
    {
        int heads = queries.Shape.RowLength / Dimensions, kept = scores.Shape.RowLength;
        int block = Math.Max(1, Math.Min(MostVectors, scanned < Count ? MostEntries / scanned : MostVectors) / heads);
        for (int start = 0; start < queries.Shape.Rows; start += block)
        {
            int count = Math.Min(block, queries.Shape.Rows - start);
            RowLimits ofBlock = limits.Of(start, count);
            using var settled = new Scratch<bool>(count);
            settled.Span.Clear();
            var job = new Rescoring
            {
                Index = this,
                Queries = queries.Rows(start, count).Span,
                Heads = heads,
                Scores = scores.Rows(start, count).Span,
                Found = rows.Slice(start * kept, count * kept),
                Limits = ofBlock,
                Settled = settled.Span,
                CancellationToken = cancellationToken,
            };
            int lists = scanned < Count ? heads * count : 0;
            using var scanScores = new Scratch<float>(lists * scanned);
            using var scanRows = new Scratch<int>(lists * scanned);
            using var comparable = new Scratch<float>(lists);
            if (lists > 0)
            {
                job.ScanScores = scanScores.Span;
                job.Scanned = scanRows.Span;
                job.Comparable = comparable.Span;
                Scan(job.Queries, heads, scanned, scanScores.Span, scanRows.Span, comparable.Span, ofBlock, cancellationToken);
            }

            _workers.Run(job, count);
            int end;
            for (int first = 0; first < count; first = end)
            {
                end = first + 1;
                if (settled.Span[first])
                {
                    continue;
                }

                while (end < count && !settled.Span[end])
                {
                    end++;
                }

                int longer = scanned <= Count / Growth / Growth ? scanned * Growth : Count;
                SearchRows(
                    queries.Rows(start + first, end - first), scores.Rows(start + first, end - first), rows[((start + first) * kept)..],
                    ofBlock.Of(first, end - first), longer, cancellationToken);
            }
        }
    }

    /// <summary>Each head's best rows by the scan: [heads, queries, scanned], so that the queries' exclusions begin again with each head.</summary>
    private void Scan(
        ReadOnlySpan<float> queries,
        int heads,
        int scanned,
        Span<float> scores,
        Span<int> rows,
        Span<float> comparable,
        in RowLimits limits,
        CancellationToken cancellationToken)
    {
        int count = queries.Length / (heads * Dimensions), padded = Int8Rows.Padded(Dimensions);
        using var elements = new Scratch<sbyte>(heads * count * padded);
        using var rounded = new Scratch<Int8Query>(heads * count);
        for (int list = 0; list < heads * count; list++)
        {
            (int head, int query) = Math.DivRem(list, count);
            ReadOnlySpan<float> vector = queries.Slice(((query * heads) + head) * Dimensions, Dimensions);
            Span<sbyte> ofVector = elements.Span.Slice(list * padded, padded);
            rounded.Span[list] = Int8Query.Quantise(vector, ofVector);
            if (IsExact)
            {
                rounded.Span[list] = Int8Bound.Raise(
                    vector, ofVector, rounded.Span[list], _store.GreatestScale, _store.GreatestSquares, out comparable[list]);
            }
        }

        Int8TopK.Run(
            _store.Packed.Span, _store.Scales.Span, Dimensions, elements.Span, rounded.Span, scanned, scores, rows, limits.Excluded, limits.Offsets,
            limits.Admitted, _workers, cancellationToken);
    }

    /// <summary>Scores again what the scan found, or all rows, a query a part.</summary>
    private ref struct Rescoring : IParallelJob
    {
        public required Int8Index<TId> Index;
        public required ReadOnlySpan<float> Queries;
        public required int Heads;
        public required Span<float> Scores;
        public required Span<int> Found;
        public required RowLimits Limits;
        public required CancellationToken CancellationToken;

        /// <summary>Whether a query's answer can get no better.</summary>
        public required Span<bool> Settled;

        /// <summary>[heads, queries, scanned]; −1 where a list has ended. Empty for all rows.</summary>
        public ReadOnlySpan<int> Scanned;

        /// <summary>Their scores by the scan.</summary>
        public ReadOnlySpan<float> ScanScores;

        /// <summary>[heads, queries]: the magnitude beyond which the scan's scores can be compared with others.</summary>
        public ReadOnlySpan<float> Comparable;

        public readonly void Run(int query)
        {
            CancellationToken.ThrowIfCancellationRequested();
            int length = Heads * Index.Dimensions, kept = Found.Length / Settled.Length, scanned = Scanned.Length / (Heads * Settled.Length), rows = 0;
            using var scratch = new Scratch<int>(scanned == 0 ? Index.Count : Heads * scanned);
            for (int head = 0; head < Heads && scanned > 0; head++)
            {
                ReadOnlySpan<int> list = Scanned.Slice(((head * Settled.Length) + query) * scanned, scanned);
                list = list.IndexOf(-1) is >= 0 and var end ? list[..end] : list;
                list.CopyTo(scratch.Span[rows..]);
                rows += list.Length;
            }

            Span<int> some = scanned == 0 ? Limits.AdmittedBy(query, scratch.Span) : SortedRows.Distinct(scratch.Span[..rows]);
            Span<float> scores = Scores.Slice(query * kept, kept);
            Index.RankRows(Queries.Slice(query * length, length), some, scores, Found.Slice(query * kept, kept), CancellationToken);
            Settled[query] = !Index.IsExact || scanned == 0 || IsBeyondAllOthers(query, scores[^1], scanned);
        }

        /// <summary>Whether no row outside the lists can have a score, which must not be below its bound, as good as the k-th.</summary>
        private readonly bool IsBeyondAllOthers(int query, float score, int scanned)
        {
            for (int list = query; list < Comparable.Length; list += Settled.Length)
            {
                if (Scanned[((list + 1) * scanned) - 1] == -1)
                {
                    return true;
                }
            }

            for (int list = query; list < Comparable.Length; list += Settled.Length)
            {
                if (!(ScanScores[((list + 1) * scanned) - 1] < score && MathF.Abs(score) > Comparable[list]))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
