using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Metrics;

/// <summary>One pass over a corpus, from embeddings and the positives' scores to ranks.</summary>
internal static class RankPass
{
    /// <summary>Scores every candidate for every query, counts, and takes off who does not compete.</summary>
    /// <param name="queryEmbeddings">[Q, d] or [Q, H, d].</param>
    /// <param name="candidateEmbeddings">[N, d].</param>
    /// <param name="offsets">[Q + 1]: where each query's positives start.</param>
    /// <param name="positiveScores">[positives].</param>
    /// <param name="ownRows">For each query the rows that are its positives' own; null where they are not known.</param>
    /// <param name="excluded">For each query the rows that do not compete; null for none.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="cancellationToken">Stops between blocks of queries.</param>
    public static QueryRanks Run<T>(
        Tensor<T> queryEmbeddings,
        Tensor<T> candidateEmbeddings,
        ReadOnlySpan<int> offsets,
        ReadOnlySpan<T> positiveScores,
        RaggedIds? ownRows,
        RaggedIds? excluded,
        WorkerTeam team,
        CancellationToken cancellationToken)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int queries = queryEmbeddings.Shape.Rows;
        int width = candidateEmbeddings.Shape.RowLength;
        int heads = queryEmbeddings.Shape.RowLength / width, ranges = ScoreTiles.Ranges(queries, heads, candidateEmbeddings.Shape.Rows);
        int[] above = new int[ranges * positiveScores.Length];
        int[] tied = new int[above.Length];
        int[] scored = new int[ranges * queries];
        int[] noNumbers = new int[scored.Length];
        var sink = new RankSink<T>(offsets, positiveScores, above, tied, scored, noNumbers);
        ScoreTiles.RunAll(queryEmbeddings.Span, candidateEmbeddings.Span, width, sink, team, heads, ranges, cancellationToken);
        foreach (int[] counts in (int[][])[above, tied, scored, noNumbers])
        {
            AddRanges(counts, ranges);
        }

        var settlement = new RankSettlement<T>
        {
            Queries = queryEmbeddings,
            Candidates = candidateEmbeddings,
            Offsets = offsets,
            PositiveScores = positiveScores,
            OwnRows = ownRows,
            Excluded = excluded,
            Above = above,
            Tied = tied,
            NoNumbers = noNumbers,
            Blocks = new RankBlock[positiveScores.Length],
            BlockCounts = new int[queries],
            Negatives = new int[queries],
            CancellationToken = cancellationToken,
        };
        settlement.Run(team);
        return Collect(settlement, scored);
    }

    /// <summary>Adds what all ranges counted to the counts of the first.</summary>
    private static void AddRanges(int[] counts, int ranges)
    {
        int each = counts.Length / ranges;
        Span<int> first = counts.AsSpan(0, each);
        for (int range = 1; range < ranges; range++)
        {
            TensorPrimitives.Add<int>(first, counts.AsSpan(range * each, each), first);
        }
    }

    private static QueryRanks Collect<T>(RankSettlement<T> settled, int[] scored)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] offsets = new int[settled.BlockCounts.Length + 1];
        RankBlock[] blocks = settled.Blocks;
        (long pairs, long noNumbers, int tied, int noNumberPositives) = (0, 0, 0, 0);
        for (int query = 0; query < settled.BlockCounts.Length; query++)
        {
            // Queries whose positives share scores have fewer blocks than positives: the others move up.
            int start = offsets[query];
            int count = settled.BlockCounts[query];
            Array.Copy(blocks, settled.Offsets[query], blocks, start, count);
            offsets[query + 1] = start + count;
            pairs += scored[query];
            noNumbers += settled.NoNumbers[query];
            foreach (RankBlock block in blocks.AsSpan(start, count))
            {
                tied += block.Others > 0 ? block.Positives : 0;
            }
        }

        foreach (T score in settled.PositiveScores)
        {
            noNumberPositives += T.IsNaN(score) ? 1 : 0;
        }

        Array.Resize(ref blocks, offsets[^1]);
        return new QueryRanks(blocks, offsets, settled.Negatives, new RankingCounts(pairs, tied, noNumberPositives, noNumbers));
    }
}
