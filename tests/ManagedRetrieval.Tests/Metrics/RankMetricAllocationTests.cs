using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

[Collection(AloneCollection.Name)]
public class RankMetricAllocationTests
{
    [Fact]
    public void A_figure_of_ranks_allocates_nothing_once_warm()
    {
        RankCase tied = RankCase.Tied(new Draw(61, 12), 200, 10);
        foreach (NaiveMetric naive in NaiveMetric.All(5))
        {
            Assert.Equal(0, Allocated.ByOneOf(() => naive.Metric.Of(tied.Ranks)));
        }
    }
}
