using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class RecommendationMetricsTests
{
    [Fact]
    public void Three_lists_by_hand()
    {
        // Rows 0, 2 and 3 of 5, with the counts 1, 0, 3, 1, 0; ascending 0, 0, 1, 1, 3, times −4, −2, 0, 2, 4 are 14 of 5 · 5.
        int[] rows = [2, 0, 2, 3, 2, -1];
        Assert.Equal(3 / 5.0, RecommendationMetrics.Coverage(rows, 5), 1e-15);
        Assert.Equal(14 / 25.0, RecommendationMetrics.Gini(rows, 5), 1e-15);

        // −log2 of 1/2, 1/4 and 1: three times 1, and 2 and 0. What is not recommended may have any probability.
        Assert.Equal((3 + 2 + 0) / 5.0, RecommendationMetrics.Novelty(rows, [0.25, 0, 0.5, 1, double.NaN]), 1e-15);
    }

    [Fact]
    public void Gini_is_half_the_mean_difference_over_the_mean() => RandomCases.Check(draw =>
    {
        int candidates = draw.Length();
        int[] rows = [.. draw.Ids(draw.Between(1, 40), candidates + 1).Select(row => row - 1), 0];
        double[] counts = [.. Enumerable.Range(0, candidates).Select(row => (double)rows.Count(other => other == row))];
        double difference = counts.Sum(x => counts.Sum(y => Math.Abs(x - y))) / candidates / candidates;
        Assert.Equal(difference / 2 / counts.Average(), RecommendationMetrics.Gini(rows, candidates), 1e-12);
        Assert.Equal(counts.Count(count => count > 0) / (double)candidates, RecommendationMetrics.Coverage(rows, candidates), 1e-15);
    });

    [Fact]
    public void Gini_goes_from_even_to_one_that_takes_all()
    {
        Assert.Equal(0, RecommendationMetrics.Gini([1, 2, 0, 2, 0, 1], 3), 1e-15);
        Assert.Equal(1 - (1 / 4.0), RecommendationMetrics.Gini([1, 1, 1], 4), 1e-15);
        Assert.Equal(0, RecommendationMetrics.Gini([0], 1));
    }

    [Fact]
    public void Where_nothing_is_recommended_nothing_is_covered_and_the_rest_is_not_computed()
    {
        foreach (int[] rows in (int[][])[[], [-1, -1]])
        {
            Assert.Equal(0, RecommendationMetrics.Coverage(rows, 3));
            Assert.Equal(double.NaN, RecommendationMetrics.Gini(rows, 3));
            Assert.Equal(double.NaN, RecommendationMetrics.Novelty(rows, [1, 1, 1]));
        }
    }

    [Fact]
    public void Rows_and_probabilities_out_of_range_are_refused()
    {
        foreach (int row in (int[])[3, -2])
        {
            string message = FormattableString.Invariant($"rows of the corpus, 0 to 2, but number 1 is {row}");
            Refusal.Of<ArgumentException>(() => RecommendationMetrics.Coverage([0, row], 3), message, "recommendedRows");
            Refusal.Of<ArgumentException>(() => RecommendationMetrics.Gini([0, row], 3), message);
            Refusal.Of<ArgumentException>(() => RecommendationMetrics.Novelty([0, row], [1, 1, 1]), message);
        }

        Refusal.Of<ArgumentOutOfRangeException>(() => RecommendationMetrics.Coverage([], 0), "candidates is 0; expected at least 1");
        Refusal.Of<ArgumentOutOfRangeException>(() => RecommendationMetrics.Gini([], -1), "candidates is -1");
        foreach (double probability in (double[])[0, -0.5, 1.5, double.NaN])
        {
            Refusal.Of<ArgumentException>(
                () => RecommendationMetrics.Novelty([0, 1], [1, probability]), FormattableString.Invariant($"probability must lie in (0, 1] for what is recommended, but number 1 is {probability}"));
        }
    }
}
