using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Tests.Baselines;

internal static class BruteForce
{
    public static RankCounts Rank(IReadOnlyList<double> scores, int positive)
    {
        int above = 0;
        int tied = 0;
        for (int row = 0; row < scores.Count; row++)
        {
            above += scores[row] > scores[positive] ? 1 : 0;
            tied += row != positive && scores[row] == scores[positive] ? 1 : 0;
        }

        return new(above, tied);
    }
}
