using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Metrics;

/// <summary>How much a figure owes to the queries that happened to be asked.</summary>
public static partial class Bootstrap
{
    // Keeps these numbers apart from those that others draw with the same seed.
    private const ulong Stream = 0xB007;

    /// <summary>The percentile bootstrap over queries (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3).</summary>
    /// <remarks>
    /// The queries that count (with a value, and a weight above 0) are drawn as often as there are, with replacement and
    /// with their weights, and the figure is made of what was drawn; with B resamples and α = (1 − level) / 2 the
    /// interval runs from the ⌊(B+1)α⌋-th smallest of these figures to the ⌊(B+1)α⌋-th largest. It speaks of the choice of
    /// queries, not of the randomness of training. The values are computed once; cost: queries · resamples. The result is decided by the arguments.
    /// </remarks>
    /// <param name="metric">What is computed.</param>
    /// <param name="ranks">The queries' ranks.</param>
    /// <param name="level">The share of such intervals that cover the true figure; above 0, below 1.</param>
    /// <param name="resamples">How often queries are drawn; at least 1.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="policy">What is done with ties.</param>
    /// <param name="sampleWeight">One finite weight ≥ 0 per query, not all 0; empty weighs all queries alike.</param>
    /// <param name="cancellationToken">Stops between resamples.</param>
    /// <returns>The interval; all NaN where no query counts.</returns>
    /// <exception cref="ArgumentException">The weights do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Level, resamples or policy are out of range.</exception>
    public static ConfidenceInterval Interval(
        RankMetric metric,
        QueryRanks ranks,
        double level = 0.95,
        int resamples = 1000,
        ulong seed = 0,
        TiePolicy policy = TiePolicy.Expected,
        ReadOnlySpan<float> sampleWeight = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metric);
        RankMetric.Check(ranks, policy, sampleWeight);
        CheckDraws(level, resamples);
        double[] values = new double[ranks.Count];
        double[] weights = new double[ranks.Count];
        int counted = metric.Collect(ranks, policy, sampleWeight, values, weights);
        double estimate = metric.Summarise(values.AsSpan(0, counted), weights.AsSpan(0, counted));
        if (counted == 0)
        {
            return new ConfidenceInterval(estimate, double.NaN, double.NaN);
        }

        double[] figures = Resample(metric, values.AsSpan(0, counted), weights.AsSpan(0, counted), resamples, seed, cancellationToken);
        return Between(estimate, figures, level);
    }

    private static void CheckDraws(double level, int resamples)
    {
        if (!(level > 0 && level < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, FormattableString.Invariant($"level is {level}; expected a number above 0 and below 1."));
        }

        if (resamples < 1 || resamples > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(resamples), resamples, FormattableString.Invariant($"resamples is {resamples}; expected at least 1 and at most {Array.MaxLength}."));
        }
    }

    /// <summary>The interval between the order statistics that a level names; sorts the figures.</summary>
    private static ConfidenceInterval Between(double estimate, double[] figures, double level)
    {
        figures.AsSpan().Sort();

        // (1 - 0.9) / 2 · 1000 is 49.999... in floating point, and means 50.
        int fromTheEnd = Math.Max(1, (int)Math.Floor((figures.Length + 1.0) * (1 - level) / 2 + 1e-9));
        return new ConfidenceInterval(estimate, figures[fromTheEnd - 1], figures[^fromTheEnd]);
    }

    private static double[] Resample(
        RankMetric metric, ReadOnlySpan<double> values, ReadOnlySpan<double> weights, int resamples, ulong seed, CancellationToken cancellationToken)
    {
        var random = new CounterRandom(seed, Stream);
        double[] figures = new double[resamples];
        double[] drawn = new double[values.Length];
        ulong position = 0;
        foreach (ref double figure in figures.AsSpan())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Array.Clear(drawn);
            for (int i = 0; i < drawn.Length; i++)
            {
                int query = random.Below(drawn.Length, position++);
                drawn[query] += weights[query];
            }

            figure = metric.Summary(values, drawn);
        }

        return figures;
    }
}
