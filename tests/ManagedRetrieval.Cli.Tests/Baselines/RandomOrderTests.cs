using FsCheck;
using FsCheck.Xunit;
using ManagedRetrieval.Cli.Baselines;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Tests.Baselines;

public class RandomOrderTests
{
    [Property]
    public void The_expected_accuracy_is_that_of_every_place_once(PositiveInt candidates, PositiveInt k)
    {
        RankCounts rank = new RandomOrder(candidates.Get).Rank("any", 0);
        int within = 0;
        double reciprocals = 0;
        for (int place = 1; place <= candidates.Get; place++)
        {
            within += place <= k.Get ? 1 : 0;
            reciprocals += 1.0 / place;
        }

        var ranks = new QueryRanks([rank], candidates.Get);
        Assert.Equal(within / (double)candidates.Get, RankMetric.TopKAccuracy(k.Get).Of(ranks), 1e-12);
        Assert.Equal(reciprocals / candidates.Get, RankMetric.ReciprocalRank.Of(ranks), 1e-12);
    }
}
