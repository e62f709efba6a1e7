using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Metrics;

/// <content>Two models on the same queries.</content>
public static partial class Bootstrap
{
    // Keeps these numbers apart from those that others draw with the same seed.
    private const ulong DifferenceStream = 0xB00D;

    /// <summary>How far one model is ahead of another on the same queries: the paired form of <see cref="Interval(RankMetric, QueryRanks, double, int, ulong, TiePolicy, ReadOnlySpan{float}, CancellationToken)"/>.</summary>
    /// <remarks>As for several runs, with one run each.</remarks>
    /// <param name="metric">What is computed.</param>
    /// <param name="first">The queries' ranks by one model.</param>
    /// <param name="second">The same queries' ranks by the other, in the same order.</param>
    /// <param name="level">The share of such intervals that cover the true difference; above 0, below 1.</param>
    /// <param name="resamples">How often queries are drawn; at least 1.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="policy">What is done with ties.</param>
    /// <param name="sampleWeight">One finite weight ≥ 0 per query, not all 0; empty weighs all queries alike.</param>
    /// <param name="cancellationToken">Stops between resamples.</param>
    /// <returns>The interval of first − second; all NaN where no query counts.</returns>
    /// <exception cref="ArgumentException">The numbers of queries or of a query's positives differ, or the weights do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Level, resamples or policy are out of range.</exception>
    public static ConfidenceInterval Difference(
        RankMetric metric,
        QueryRanks first,
        QueryRanks second,
        double level = 0.95,
        int resamples = 1000,
        ulong seed = 0,
        TiePolicy policy = TiePolicy.Expected,
        ReadOnlySpan<float> sampleWeight = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Difference(metric, [first], [second], level, resamples, seed, policy, sampleWeight, cancellationToken);
    }

    /// <summary>How far one method is ahead of another on the same queries, each with one or more runs, such as trainings with different seeds.</summary>
    /// <remarks>
    /// <para>
    /// A query's value is averaged over the runs of a method; then queries are drawn with replacement, the same for both
    /// methods, and the figure of the second is taken from that of the first. For a mean this is the mean over runs of the
    /// runs' figures; for <see cref="RankMetric.MedianRank"/> it is the median of the queries' mean values. A query counts
    /// where it has a value in every run of both, and a weight above 0. Ends are chosen as in <see cref="Interval(RankMetric, QueryRanks, double, int, ulong, TiePolicy, ReadOnlySpan{float}, CancellationToken)"/>.
    /// </para>
    /// <para>
    /// A method against itself gives exactly 0; methods exchanged change signs and ends, nothing else. The interval
    /// speaks of the choice of queries for the runs at hand, not of what other runs would have given.
    /// </para>
    /// </remarks>
    /// <param name="metric">What is computed.</param>
    /// <param name="first">The queries' ranks in each run of one method; at least one run.</param>
    /// <param name="second">The same queries' ranks in each run of the other, in the same order; the number of runs may be another.</param>
    /// <param name="level">The share of such intervals that cover the true difference; above 0, below 1.</param>
    /// <param name="resamples">How often queries are drawn; at least 1.</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="policy">What is done with ties.</param>
    /// <param name="sampleWeight">One finite weight ≥ 0 per query, not all 0; empty weighs all queries alike.</param>
    /// <param name="cancellationToken">Stops between resamples.</param>
    /// <returns>The interval of first − second; all NaN where no query counts.</returns>
    /// <exception cref="ArgumentException">A method has no runs, a run is null, the numbers of queries or of a query's positives differ, or the weights do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Level, resamples or policy are out of range.</exception>
    public static ConfidenceInterval Difference(
        RankMetric metric,
        IReadOnlyList<QueryRanks> first,
        IReadOnlyList<QueryRanks> second,
        double level = 0.95,
        int resamples = 1000,
        ulong seed = 0,
        TiePolicy policy = TiePolicy.Expected,
        ReadOnlySpan<float> sampleWeight = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metric);
        CheckRuns(first, first, nameof(first));
        CheckRuns(second, first, nameof(second));
        RankMetric.Check(first[0], policy, sampleWeight);
        CheckDraws(level, resamples);
        double[] firstValues = MeanValues(metric, first, policy), secondValues = MeanValues(metric, second, policy);
        double[] weights = new double[firstValues.Length];
        int counted = 0;
        for (int query = 0; query < weights.Length; query++)
        {
            double weight = sampleWeight.IsEmpty ? 1 : sampleWeight[query];
            if (weight > 0 && !double.IsNaN(firstValues[query]) && !double.IsNaN(secondValues[query]))
            {
                (firstValues[counted], secondValues[counted], weights[counted]) = (firstValues[query], secondValues[query], weight);
                counted++;
            }
        }

        weights = weights[..counted];
        var ahead = new DrawnFigure(metric, firstValues[..counted]);
        var behind = new DrawnFigure(metric, secondValues[..counted]);
        double estimate = ahead.Of(weights) - behind.Of(weights);
        if (counted == 0)
        {
            return new ConfidenceInterval(double.NaN, double.NaN, double.NaN);
        }

        var random = new CounterRandom(seed, DifferenceStream);
        double[] figures = new double[resamples];
        double[] drawn = new double[counted];
        ulong position = 0;
        foreach (ref double figure in figures.AsSpan())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Array.Clear(drawn);
            for (int i = 0; i < counted; i++)
            {
                int query = random.Below(counted, position++);
                drawn[query] += weights[query];
            }

            figure = ahead.Of(drawn) - behind.Of(drawn);
        }

        return Between(estimate, figures, level);
    }

    private static void CheckRuns(IReadOnlyList<QueryRanks> runs, IReadOnlyList<QueryRanks> first, string argument)
    {
        ArgumentNullException.ThrowIfNull(runs, argument);
        if (runs.Count == 0)
        {
            throw new ArgumentException($"{argument} must have at least one run, but it is empty.", argument);
        }

        for (int run = 0; run < runs.Count; run++)
        {
            if (runs[run] is null)
            {
                throw Argument.HoldsNull(argument, run);
            }

            if (runs[run].Count != first[0].Count)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{argument} must rank the same {first[0].Count} queries as the first run, but number {run} has {runs[run].Count}."), argument);
            }

            for (int query = 0; query < first[0].Count; query++)
            {
                if (runs[run].Positives(query) != first[0].Positives(query))
                {
                    throw new ArgumentException(
                        FormattableString.Invariant($"{argument} must rank the same queries as the first run, but in number {run} query {query} has {runs[run].Positives(query)} positives, not {first[0].Positives(query)}."),
                        argument);
                }
            }
        }
    }

    private static double[] MeanValues(RankMetric metric, IReadOnlyList<QueryRanks> runs, TiePolicy policy)
    {
        double[] sums = new double[runs[0].Count];
        foreach (QueryRanks run in runs)
        {
            double[] values = metric.PerQuery(run, policy);
            for (int query = 0; query < sums.Length; query++)
            {
                sums[query] += values[query];
            }
        }

        for (int query = 0; query < sums.Length; query++)
        {
            sums[query] /= runs.Count;
        }

        return sums;
    }

    /// <summary>A figure of the same values under different weights; keeps the order that the metric wants.</summary>
    private readonly struct DrawnFigure
    {
        private readonly RankMetric _metric;
        private readonly double[] _values;
        private readonly int[] _order;
        private readonly double[] _ordered;

        public DrawnFigure(RankMetric metric, double[] values)
        {
            (_metric, _values, _order, _ordered) = (metric, values, [], []);
            if (metric.NeedsOrder)
            {
                _ordered = new double[values.Length];
                _order = new int[values.Length];
                for (int i = 0; i < values.Length; i++)
                {
                    _order[i] = i;
                }

                values.AsSpan().Sort(_order.AsSpan());
            }
        }

        public double Of(double[] weights)
        {
            if (!_metric.NeedsOrder)
            {
                return _metric.Summary(_values, weights);
            }

            for (int i = 0; i < _order.Length; i++)
            {
                _ordered[i] = weights[_order[i]];
            }

            return _metric.Summary(_values, _ordered);
        }
    }
}
