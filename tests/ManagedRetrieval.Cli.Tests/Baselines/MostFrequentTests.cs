using FsCheck;
using FsCheck.Xunit;
using ManagedRetrieval.Cli.Baselines;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Tests.Baselines;

public class MostFrequentTests
{
    [Property]
    public void Ranks_equal_a_count_over_all_candidates(NonEmptyArray<byte> counts)
    {
        int[] few = Array.ConvertAll(counts.Get, count => count % 7);
        double[] scores = Array.ConvertAll(few, count => (double)count);
        var baseline = new MostFrequent(few);
        for (int positive = 0; positive < few.Length; positive++)
        {
            Assert.Equal(BruteForce.Rank(scores, positive), baseline.Rank("any", positive));
        }
    }

    [Fact]
    public void A_worked_example()
    {
        var baseline = new MostFrequent([2, 5, 2, 1, 2]);
        Assert.Equal(new RankCounts(1, 2), baseline.Rank("", 0));
        Assert.Equal(new RankCounts(0, 0), baseline.Rank("", 1));
        Assert.Equal(new RankCounts(4, 0), baseline.Rank("", 3));
    }
}
