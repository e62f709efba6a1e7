using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Indexing.Partitioned;

/// <summary>Finds the best rows of some queries: the best partitions, the best of their lists by a scan, the best of these by their scores.</summary>
/// <remarks>
/// Partitions are taken by (q · centroid descending, partition ascending), scanned rows by (scan's score descending, place ascending),
/// answers by (score descending, row ascending): total orders, so that no order of work can be seen. Where the partitions that are
/// to be probed hold fewer rows that may be found than are to be scored, more are probed until there are enough.
/// </remarks>
internal ref struct PartitionedSearch : IParallelJob
{
    /// <summary>Queries of a part at most: reading the centroids and packing them is then a fraction of the work.</summary>
    private const int MostQueries = 16;

    /// <summary>Scores of centroids, of all queries and heads of a part, that are made at once where a single query has not more: 16 MiB.</summary>
    private const int MostScores = 1 << 22;

    /// <summary>Where rows lie.</summary>
    public required PartitionedStore Store;

    /// <summary>[queries, heads, d].</summary>
    public required ReadOnlySpan<float> Queries;

    /// <summary>Vectors of a query.</summary>
    public required int Heads;

    /// <summary>How many partitions to scan.</summary>
    public required int Probes;

    /// <summary>How many of the scanned rows to score.</summary>
    public required int Rescored;

    /// <summary>[queries, k].</summary>
    public required Span<float> Scores;

    /// <summary>[queries, k].</summary>
    public required Span<int> Rows;

    /// <summary>Answers of a query.</summary>
    public required int K;

    /// <summary>A bit for each row that may be found; empty for all.</summary>
    public required ReadOnlySpan<ulong> Admitted;

    /// <summary>Rows to pass over, one query's after the other's.</summary>
    public required ReadOnlySpan<int> Excluded;

    /// <summary>Where each query's start; empty where nothing is excluded.</summary>
    public required ReadOnlySpan<int> ExcludedOffsets;

    /// <summary>Stops between queries.</summary>
    public required CancellationToken CancellationToken;

    private readonly int QueryCount => Queries.Length / Store.Dimensions / Heads;

    /// <summary>Several parts, so that some workers have something to do, where there are several queries.</summary>
    private readonly Partition Blocks => Partition.BySize(QueryCount, QueriesOfPart(QueryCount, Heads, Store.Partitions));

    /// <summary>How many of some queries a part has.</summary>
    public static int QueriesOfPart(int queries, int heads, int partitions) =>
        (int)Math.Clamp(Math.Min(queries / 8, MostScores / ((long)heads * partitions)), 1, MostQueries);

    /// <summary>Searches for all queries.</summary>
    public readonly void RunAll(WorkerTeam team) => team.Run(this, Blocks.Parts);

    /// <inheritdoc/>
    public readonly void Run(int part)
    {
        (int start, int count) = Blocks[part];
        int vectorLength = Store.Dimensions * Heads, partitions = Store.Partitions;
        int wanted = Math.Min(Math.Max(Rescored, K), Store.Count);
        using var centroidScores = new Scratch<float>(count * Heads * partitions);
        using var order = new Scratch<ulong>(GreatestKeys.Room(partitions));
        using var room = new Scratch<ulong>(GreatestKeys.Room(wanted));
        using var places = new Scratch<int>(wanted * Heads);
        using var scores = new Scratch<float>(wanted * Heads * 2);
        using var table = new ScanTable(Store);
        ScoreTiles.Run(
            Queries.Slice(start * vectorLength, count * vectorLength), 0, count * Heads, Store.Parts.Centroids.Span, Store.Dimensions,
            new ScoreStore(centroidScores.Span, partitions));
        for (int query = 0; query < count; query++)
        {
            CancellationToken.ThrowIfCancellationRequested();
            int number = start + query, found = 0;
            ReadOnlySpan<float> vectors = Queries.Slice(number * vectorLength, vectorLength);
            ReadOnlySpan<float> ofCentroids = centroidScores.Span.Slice(query * Heads * partitions, Heads * partitions);
            ReadOnlySpan<int> excluded = ExcludedOffsets.IsEmpty ? [] : Excluded[ExcludedOffsets[number]..ExcludedOffsets[number + 1]];
            var limits = new PlaceLimits(Store.Parts.Rows.Span, Admitted, excluded);
            for (int head = 0; head < Heads; head++)
            {
                Span<ulong> best = table.Scan(
                    vectors.Slice(head * Store.Dimensions, Store.Dimensions), ofCentroids.Slice(head * partitions, partitions),
                    Probes, limits, order.Span, new GreatestKeys(room.Span, wanted));
                foreach (ulong key in best)
                {
                    places.Span[found++] = ScoreKeys.Place(key);
                }
            }

            Answer(vectors, ofCentroids, Unique(places.Span[..found]), scores.Span, room.Span, number);
        }
    }

    /// <summary>Several heads may have found the same.</summary>
    private readonly Span<int> Unique(Span<int> places)
    {
        if (Heads == 1)
        {
            return places;
        }

        places.Sort();
        int unique = 0;
        for (int i = 0; i < places.Length; i++)
        {
            if (i == 0 || places[i] != places[i - 1])
            {
                places[unique++] = places[i];
            }
        }

        return places[..unique];
    }

    private readonly void Answer(
        ReadOnlySpan<float> vectors, ReadOnlySpan<float> ofCentroids, ReadOnlySpan<int> places, Span<float> scratch, Span<ulong> room, int query)
    {
        Span<float> scores = scratch[..places.Length], others = scratch.Slice(places.Length, places.Length);
        for (int head = 0; head < Heads && !places.IsEmpty; head++)
        {
            Span<float> target = head == 0 ? scores : others;
            PlaceScores.Write(
                Store, vectors.Slice(head * Store.Dimensions, Store.Dimensions), places, ofCentroids.Slice(head * Store.Partitions, Store.Partitions), target);
            if (head > 0)
            {
                TensorPrimitives.Max(scores, others, scores);
            }
        }

        ReadOnlySpan<int> rows = Store.Parts.Rows.Span;
        var keys = new GreatestKeys(room, K);
        for (int i = 0; i < scores.Length; i++)
        {
            if (!float.IsNaN(scores[i]))
            {
                keys.Add(ScoreKeys.Of(ScoreKeys.Order(scores[i]), rows[places[i]]));
            }
        }

        Span<ulong> best = keys.FinishSorted();
        Span<float> answers = Scores.Slice(query * K, K);
        Span<int> answerRows = Rows.Slice(query * K, K);
        for (int i = 0; i < best.Length; i++)
        {
            (answers[i], answerRows[i]) = (ScoreKeys.Value(ScoreKeys.Score(best[i])), ScoreKeys.Place(best[i]));
        }

        answers[best.Length..].Fill(float.NaN);
        answerRows[best.Length..].Fill(-1);
    }
}
