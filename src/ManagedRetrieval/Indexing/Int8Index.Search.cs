using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

public sealed partial class Int8Index<TId>
{
    /// <summary>Entries of the scan's lists that are in memory at once: 12 MiB of keys, scores and rows, or up to 28 where lists of ranges of rows are joined; long lists of many queries would go far beyond.</summary>
    private const int MostEntries = 1 << 19;

    /// <summary>Rows of a list at least: where the answer has to be exact, some 20 to 30 have bounds as good as the tenth score of a million.</summary>
    private const int FirstExact = 40, FirstEstimated = 64;

    /// <summary>How many rows are scored one by one at most where all that reach a score are.</summary>
    private const int MostReached = 8192;

    /// <summary>Queries, with all their heads, of a block at most: enough parts for several workers.</summary>
    private const int MostVectors = 256;

    private protected override void SearchRows(
        Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, CancellationToken cancellationToken)
    {
        int heads = queries.Shape.RowLength / Dimensions, kept = scores.Shape.RowLength, count = queries.Shape.Rows;
        long scanned = Math.Max(kept, _rescored ?? Math.Max(IsExact ? FirstExact : FirstEstimated, 4L * kept));
        bool scans = IsExact ? IsWorthScanning(scanned, heads) : scanned < Count;
        using var next = new Scratch<Int8Step>(count);
        next.Span.Fill(scans ? Int8Step.Scan : Int8Step.All);
        var batch = new Int8Batch { Queries = queries.Span, Scores = scores.Span, Rows = rows, Limits = limits, Next = next.Span };
        for (int query = 0; query < count && IsExact; query++)
        {
            if (!batch.Query(query).ContainsAnyExcept(0f))
            {
                FindFirst(batch, query);
            }
        }

        if (scans && !CanScan(scanned, heads))
        {
            throw new ArgumentException(
                $"queryEmbeddings has {heads} heads, whose lists of {scanned} rows to score are more than an array of {Array.MaxLength} can hold; ask for fewer.", nameof(queries));
        }

        int block = scans ? (int)Math.Max(1, Math.Min(MostVectors, MostEntries / scanned) / heads) : count;
        for (int start = 0; start < count; start += block)
        {
            Settle(batch.Of(start, Math.Min(block, count - start)), heads, (int)Math.Min(scanned, Count), cancellationToken);
        }
    }

    /// <summary>Every score of a query of zeros is 0, so that its answer is the first rows.</summary>
    private void FindFirst(Int8Batch batch, int query)
    {
        Span<float> scores = batch.Scores.Slice(query * batch.K, batch.K);
        Span<int> rows = batch.Rows.Slice(query * batch.K, batch.K);
        scores.Fill(float.NaN);
        rows.Fill(-1);
        for (int row = 0, found = 0; row < Count && found < batch.K; row++)
        {
            if (batch.Limits.Admits(query, row))
            {
                (scores[found], rows[found]) = (0, row);
                found++;
            }
        }

        batch.Next[query] = Int8Step.Done;
    }

    /// <summary>Whether a scan and the rows that it leaves to be scored cost less than all rows.</summary>
    private bool IsWorthScanning(long scanned, int heads) => RowsForOne * scanned <= Count && heads * scanned <= MostEntries && CanScan(scanned, heads);

    /// <summary>Whether one array can hold what a scan keeps for one query.</summary>
    private bool CanScan(long scanned, int heads) =>
        heads * ((2 * scanned) + 32) <= Array.MaxLength && heads * (long)Int8Rows.Padded(Dimensions) <= Array.MaxLength;

    /// <summary>How many rows are scored at most where all that reach a score are.</summary>
    private int MostReachedBy(int heads) => (int)Math.Min(Math.Min(Count / RowsForOne, MostReached), MostEntries / heads);

    /// <summary>Takes all queries from step to step: those that need the same one together.</summary>
    private void Settle(Int8Batch batch, int heads, int scanned, CancellationToken cancellationToken)
    {
        using var scratch = new Scratch<int>(batch.Count);
        for (Int8Step step = Int8Step.Scan; step < Int8Step.Done;)
        {
            int count = 0;
            for (int query = 0; query < batch.Count; query++)
            {
                if (batch.Next[query] == step)
                {
                    scratch.Span[count++] = query;
                }
            }

            if (count == 0)
            {
                step++;
            }
            else if (count == batch.Count)
            {
                Take(step, batch, heads, scanned, cancellationToken);
            }
            else
            {
                using var chosen = new ChosenQueries(batch, scratch.Span[..count]);
                Take(step, chosen.Batch, heads, scanned, cancellationToken);
                chosen.Return(batch);
            }
        }
    }

    private void Take(Int8Step step, Int8Batch batch, int heads, int scanned, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case Int8Step.Scan:
                Scan(batch, heads, scanned, cancellationToken);
                break;
            case Int8Step.Reach:
                int most = MostReachedBy(heads), some = Math.Max(1, MostEntries / (heads * most));
                for (int start = 0; start < batch.Count; start += some)
                {
                    Reach(batch.Of(start, Math.Min(some, batch.Count - start)), heads, most, cancellationToken);
                }

                break;
            default:
                ScoreAll(batch, heads, cancellationToken);
                break;
        }
    }

    /// <summary>Scores each head's best rows by the scan: lists are [heads, queries, scanned], so that the queries' exclusions begin again with each head.</summary>
    private void Scan(Int8Batch batch, int heads, int scanned, CancellationToken cancellationToken)
    {
        int lists = heads * batch.Count;
        using var elements = new Scratch<sbyte>(lists * Int8Rows.Padded(Dimensions));
        using var rounded = new Scratch<Int8Query>(lists);
        using var comparable = new Scratch<float>(lists);
        if (!Round(batch, heads, elements.Span, rounded.Span, comparable.Span))
        {
            return;
        }

        using var scores = new Scratch<float>(lists * scanned);
        using var rows = new Scratch<int>(lists * scanned);
        Int8TopK.Run(
            _store.Packed.Span, _store.Scales.Span, Dimensions, elements.Span, rounded.Span, scanned, scores.Span, rows.Span, LimitsOf(batch), _workers, cancellationToken);
        var job = new Rescoring
        {
            Index = this,
            Batch = batch,
            Heads = heads,
            Length = scanned,
            Lists = rows.Span,
            Bounds = scores.Span,
            Comparable = comparable.Span,
            CancellationToken = cancellationToken,
        };
        _workers.Run(job, batch.Count);
    }

    /// <summary>Scores all rows whose bounds reach the queries' k-th scores, which are known of some rows; a query that too many reach goes on to all rows.</summary>
    private void Reach(Int8Batch batch, int heads, int most, CancellationToken cancellationToken)
    {
        int lists = heads * batch.Count;
        using var elements = new Scratch<sbyte>(lists * Int8Rows.Padded(Dimensions));
        using var rounded = new Scratch<Int8Query>(lists);
        using var comparable = new Scratch<float>(lists);
        using var floors = new Scratch<float>(lists);
        using var rows = new Scratch<int>(lists * most);
        using var counts = new Scratch<int>(lists);
        Round(batch, heads, elements.Span, rounded.Span, comparable.Span);
        for (int list = 0; list < lists; list++)
        {
            floors.Span[list] = batch.Scores[((list % batch.Count) * batch.K) + batch.K - 1];
        }

        Int8Reached.Run(
            _store.Packed.Span, _store.Scales.Span, Dimensions, elements.Span, rounded.Span, floors.Span, rows.Span, counts.Span, LimitsOf(batch), _workers, cancellationToken);
        var job = new Rescoring
        {
            Index = this,
            Batch = batch,
            Heads = heads,
            Length = most,
            Lists = rows.Span,
            Reached = counts.Span,
            CancellationToken = cancellationToken,
        };
        _workers.Run(job, batch.Count);
    }

    /// <summary>Scores all rows: by floats as brute force does, tile by tile.</summary>
    private void ScoreAll(Int8Batch batch, int heads, CancellationToken cancellationToken)
    {
        if (_embeddings.IsDefault)
        {
            _workers.Run(new Rescoring { Index = this, Batch = batch, Heads = heads, Length = 0, Lists = [], CancellationToken = cancellationToken }, batch.Count);
        }
        else if (Similarity == Similarity.Cosine)
        {
            ScoreAll(new UnitScores(_embeddings.Span, Dimensions), batch, heads, cancellationToken);
        }
        else
        {
            ScoreAll(new PlainRows<float>(_embeddings.Span, Dimensions), batch, heads, cancellationToken);
        }
    }

    private void ScoreAll<TRows>(TRows candidates, Int8Batch batch, int heads, CancellationToken cancellationToken)
        where TRows : struct, IScoredRows<float>, allows ref struct
    {
        TopKSearch.Run(
            batch.Queries, candidates, heads, batch.K, batch.Scores, batch.Rows, batch.Limits.Excluded, batch.Limits.Offsets, batch.Limits.Admitted, _workers, cancellationToken);
        batch.Next.Fill(Int8Step.Done);
    }

    /// <summary>Rounds queries; where answers have to be exact, to bounds. Those for which bounds tell nothing go on to all rows, and it returns false.</summary>
    private bool Round(Int8Batch batch, int heads, Span<sbyte> elements, Span<Int8Query> rounded, Span<float> comparable)
    {
        int padded = Int8Rows.Padded(Dimensions);
        bool all = true;
        for (int list = 0; list < rounded.Length; list++)
        {
            (int head, int query) = Math.DivRem(list, batch.Count);
            ReadOnlySpan<float> vector = batch.Query(query).Slice(head * Dimensions, Dimensions);
            Span<sbyte> ofVector = elements.Slice(list * padded, padded);
            rounded[list] = Int8Query.Quantise(vector, ofVector);
            if (IsExact)
            {
                rounded[list] = Int8Bound.Raise(vector, ofVector, rounded[list], _store.GreatestScale, _store.GreatestSquares, out comparable[list]);
                if (!float.IsFinite(comparable[list]))
                {
                    batch.Next[query] = Int8Step.All;
                    all = false;
                }
            }
        }

        return all;
    }

    private static ScanLimits LimitsOf(Int8Batch batch) => new(batch.Limits.Excluded, batch.Limits.Offsets, batch.Limits.Admitted);
}
