using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class SlicesTests
{
    [Fact]
    public void Each_slice_has_the_figure_of_its_queries_alone() => RandomCases.Check(draw =>
    {
        RankCase tied = RankCase.Tied(draw, draw.Length(), 5);
        string[] labels = [.. tied.Queries.Select(_ => draw.OneOf("b", "a", "B", "ı", "i", ""))];
        float[] weights = [.. tied.Queries.Select(_ => (float)draw.Below(3))];
        weights[0] = 1;
        foreach (NaiveMetric naive in NaiveMetric.All(2))
        {
            IReadOnlyDictionary<string, SliceValue> slices = Slices.Of(naive.Metric, tied.Ranks, labels, TiePolicy.Pessimistic, weights);
            Assert.Equal(labels.Distinct().Order(StringComparer.Ordinal), slices.Keys);
            foreach ((string label, SliceValue slice) in slices)
            {
                int[] members = [.. Enumerable.Range(0, labels.Length).Where(query => labels[query] == label && weights[query] > 0)];
                QueryRanks alone = tied.Ranks.Slice(members);
                Assert.Equal(naive.Metric.Of(alone, TiePolicy.Pessimistic, [.. members.Select(query => weights[query])]), slice.Value, 1e-12);
                Assert.Equal(naive.Metric.PerQuery(alone).Count(value => !double.IsNaN(value)), slice.Queries);
            }
        }
    });

    [Fact]
    public void Without_weights_all_queries_of_a_slice_count_alike()
    {
        var ranks = new QueryRanks([new(0, 0), new(1, 1), new(2, 0), new(0, 0)], 9);
        IReadOnlyDictionary<string, SliceValue> slices = Slices.Of(RankMetric.MeanRank, ranks, ["short", "long", "long", "short"]);
        Assert.Equal([new("long", new SliceValue(2.75, 2)), new("short", new SliceValue(1, 2))], slices);
    }

    [Fact]
    public void Labels_that_do_not_fit_are_refused()
    {
        var ranks = new QueryRanks([new(0, 0), new(1, 0)], 2);
        RankMetric metric = RankMetric.Auc;
        Refusal.Of<ArgumentNullException>(() => Slices.Of(null!, ranks, ["a", "b"]), "metric");
        Refusal.Of<ArgumentNullException>(() => Slices.Of(metric, null!, ["a", "b"]), "ranks");
        Refusal.Of<ArgumentNullException>(() => Slices.Of(metric, ranks, null!), "labels");
        Refusal.Of<ArgumentException>(() => Slices.Of(metric, ranks, ["a"]), "labels must be one for each of the 2 queries, not 1");
        Refusal.Of<ArgumentException>(() => Slices.Of(metric, ranks, ["a", null!]), "labels must not hold null, but number 1 is");
        Refusal.Of<ArgumentException>(() => Slices.Of(metric, ranks, ["a", "b"], sampleWeight: [0, 0]), "sampleWeight is 0 for every query");
        Refusal.Of<ArgumentOutOfRangeException>(() => Slices.Of(metric, ranks, ["a", "b"], (TiePolicy)9), "policy is 9");
    }
}
