namespace ManagedRetrieval.Metrics;

/// <content>Intervals of a method that was run several times.</content>
public static partial class Bootstrap
{
    /// <summary>The interval of a method with one or more runs on the same queries, such as trainings with different seeds.</summary>
    /// <remarks>A query's value is averaged over the runs; then queries are drawn as in <see cref="Interval(RankMetric, QueryRanks, double, int, ulong, TiePolicy, ReadOnlySpan{float}, CancellationToken)"/>. One run gives the same as there.</remarks>
    /// <param name="metric">What is computed.</param>
    /// <param name="runs">The queries' ranks in each run; at least one.</param>
    /// <param name="level">The share of such intervals that cover the true figure; above 0, below 1.</param>
    /// <param name="resamples">How often queries are drawn; at least 1.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="policy">What is done with ties.</param>
    /// <param name="cancellationToken">Stops between resamples.</param>
    /// <returns>The interval; all NaN where no query counts.</returns>
    /// <exception cref="ArgumentException">There are no runs, one is null, or the numbers of queries or of a query's positives differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Level, resamples or policy are out of range.</exception>
    public static ConfidenceInterval Interval(
        RankMetric metric,
        IReadOnlyList<QueryRanks> runs,
        double level = 0.95,
        int resamples = 1000,
        ulong seed = 0,
        TiePolicy policy = TiePolicy.Expected,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metric);
        CheckRuns(runs, runs, nameof(runs));
        RankMetric.Check(runs[0], policy, []);
        CheckDraws(level, resamples);
        double[] values = [.. MeanValues(metric, runs, policy).Where(value => !double.IsNaN(value))];
        double[] weights = new double[values.Length];
        Array.Fill(weights, 1);
        double estimate = metric.Summarise(values, weights);
        return values.Length == 0
            ? new ConfidenceInterval(estimate, double.NaN, double.NaN)
            : Between(estimate, Resample(metric, values, weights, resamples, seed, cancellationToken), level);
    }
}
