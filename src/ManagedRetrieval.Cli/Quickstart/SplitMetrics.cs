using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Quickstart;

/// <summary>The figures of one method on one set of queries.</summary>
internal sealed record SplitMetrics(string Key, string Name, IReadOnlyList<double> TopK, double MeanReciprocalRank)
{
    /// <summary>The cut-offs that are reported.</summary>
    public static readonly int[] Cutoffs = [1, 5, 10, 50, 100];

    public static SplitMetrics Of(string key, string name, QueryRanks ranks, TiePolicy policy)
    {
        double[] topK = new double[Cutoffs.Length];
        for (int i = 0; i < topK.Length; i++)
        {
            topK[i] = RankMetric.TopKAccuracy(Cutoffs[i]).Of(ranks, policy);
        }

        return new SplitMetrics(key, name, topK, RankMetric.ReciprocalRank.Of(ranks, policy));
    }
}
