using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Evaluation;

/// <summary>From a recommender's scores to ranks, query by query.</summary>
/// <remarks>Queries are taken by user, so that a user's scores are made once for neighbours; each writes to its own place.</remarks>
internal readonly struct ScoreRanks : IParallelJob
{
    /// <summary>Queries that share the memory for scores, and the scores where they are of one user.</summary>
    private const int QueriesPerPart = 64;

    public required ScoringRecommender Recommender { get; init; }

    public required HeldOutInteractions HeldOut { get; init; }

    /// <summary>The queries, by user and then by number.</summary>
    public required int[] Order { get; init; }

    public required Partition Parts { get; init; }

    /// <summary>[positives]: receives each query's blocks, from its first positive's place on.</summary>
    public required RankBlock[] Blocks { get; init; }

    /// <summary>[queries]: receives the number of blocks.</summary>
    public required int[] BlockCounts { get; init; }

    /// <summary>[queries]: receives the number of negatives.</summary>
    public required int[] Negatives { get; init; }

    /// <summary>[queries]: receives the number of positives whose score is NaN.</summary>
    public required int[] NaNPositives { get; init; }

    public required CancellationToken CancellationToken { get; init; }

    /// <summary>Ranks all queries.</summary>
    public static QueryRanks Of(ScoringRecommender recommender, HeldOutInteractions heldOut, WorkerTeam team, CancellationToken cancellationToken)
    {
        int queries = heldOut.Count;
        int[] order = new int[queries];
        for (int query = 0; query < queries; query++)
        {
            order[query] = query;
        }

        int[] users = heldOut.Users.ToArray();
        Array.Sort(order, (x, y) => users[x] != users[y] ? users[x].CompareTo(users[y]) : x.CompareTo(y));
        var job = new ScoreRanks
        {
            Recommender = recommender,
            HeldOut = heldOut,
            Order = order,
            Parts = Partition.BySize(queries, QueriesPerPart),
            Blocks = new RankBlock[heldOut.Positives.Ids.Length],
            BlockCounts = new int[queries],
            Negatives = new int[queries],
            NaNPositives = new int[queries],
            CancellationToken = cancellationToken,
        };
        team.Run(job, job.Parts.Parts);
        return job.Collect();
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        (int start, int count) = Parts[part];
        using var scratch = new Scratch<double>(Recommender.ItemCount);
        int scored = -1;
        foreach (int query in Order.AsSpan(start, count))
        {
            CancellationToken.ThrowIfCancellationRequested();
            int user = HeldOut.Users[query];
            if (user != scored)
            {
                Recommender.Score(user, scratch.Span);
                scored = user;
            }

            Rank(query, scratch.Span);
        }
    }

    private void Rank(int query, Span<double> scores)
    {
        ReadOnlySpan<int> positives = HeldOut.Positives[query];
        ReadOnlySpan<int> excluded = HeldOut.Excluded(query);
        using var ownScratch = new Scratch<double>(positives.Length);
        using var excludedScratch = new Scratch<double>(excluded.Length);
        using var aboveScratch = new Scratch<int>(positives.Length);
        using var tiedScratch = new Scratch<int>(positives.Length);
        Span<double> own = ownScratch.Span, others = excludedScratch.Span;
        Span<int> above = aboveScratch.Span, tied = tiedScratch.Span;

        // NaN is neither above nor tied, so what does not compete is not counted.
        TakeOut(scores, positives, own);
        TakeOut(scores, excluded, others);
        int competitors = scores.Length - positives.Length - excluded.Length;
        Negatives[query] = competitors - (CountScores.NaN<double>(scores) - positives.Length - excluded.Length);
        for (int i = 0; i < own.Length; i++)
        {
            bool isNumber = !double.IsNaN(own[i]);
            (above[i], tied[i]) = isNumber ? CountScores.Against<double>(scores, own[i]) : (competitors, 0);
            NaNPositives[query] += isNumber ? 0 : 1;
        }

        BlockCounts[query] = RankBlocks.Build<double>(own, above, tied, Blocks.AsSpan(HeldOut.Positives.Offsets.Span[query]));
        PutBack(scores, positives, own);
        PutBack(scores, excluded, others);
    }

    private static void TakeOut(Span<double> scores, ReadOnlySpan<int> items, Span<double> taken)
    {
        for (int i = 0; i < items.Length; i++)
        {
            (taken[i], scores[items[i]]) = (scores[items[i]], double.NaN);
        }
    }

    private static void PutBack(Span<double> scores, ReadOnlySpan<int> items, ReadOnlySpan<double> taken)
    {
        for (int i = 0; i < items.Length; i++)
        {
            scores[items[i]] = taken[i];
        }
    }

    /// <summary>Moves the blocks together: positives that share a score share a block, so there may be fewer than positives.</summary>
    private QueryRanks Collect()
    {
        ReadOnlySpan<int> places = HeldOut.Positives.Offsets.Span;
        int[] offsets = new int[BlockCounts.Length + 1];
        (long competitors, long negatives, int tied, int lost) = (0, 0, 0, 0);
        for (int query = 0; query < BlockCounts.Length; query++)
        {
            Span<RankBlock> own = Blocks.AsSpan(places[query], BlockCounts[query]);
            foreach (RankBlock block in own)
            {
                tied += block.Others > 0 ? block.Positives : 0;
            }

            own.CopyTo(Blocks.AsSpan(offsets[query]));
            offsets[query + 1] = offsets[query] + own.Length;
            competitors += HeldOut.ItemCount - HeldOut.Positives[query].Length - HeldOut.Excluded(query).Length;
            negatives += Negatives[query];
            lost += NaNPositives[query];
        }

        var counts = new RankingCounts((long)BlockCounts.Length * HeldOut.ItemCount, tied, lost, competitors - negatives);
        return new QueryRanks(Blocks[..offsets[^1]], offsets, Negatives, counts);
    }
}
