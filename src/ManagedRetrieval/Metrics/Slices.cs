using ManagedRetrieval.Checks;

namespace ManagedRetrieval.Metrics;

/// <summary>Figures by slice: for short and long queries, say, or for each language.</summary>
public static class Slices
{
    /// <summary>The figure over the queries of each slice, apart.</summary>
    /// <param name="metric">What is computed.</param>
    /// <param name="ranks">The queries' ranks.</param>
    /// <param name="labels">For each query the slice it belongs to.</param>
    /// <param name="policy">What is done with ties.</param>
    /// <param name="sampleWeight">One finite weight ≥ 0 per query, not all 0; empty weighs all queries alike.</param>
    /// <returns>One entry for each label that occurs, in ordinal order of the labels.</returns>
    /// <exception cref="ArgumentException">Labels or weights do not fit, or a label is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The policy is unknown.</exception>
    public static IReadOnlyDictionary<string, SliceValue> Of(
        RankMetric metric,
        QueryRanks ranks,
        IReadOnlyList<string> labels,
        TiePolicy policy = TiePolicy.Expected,
        ReadOnlySpan<float> sampleWeight = default)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(labels);
        RankMetric.Check(ranks, policy, sampleWeight);
        Argument.OneForEach(nameof(labels), labels.Count, ranks.Count, "queries");

        double[] values = metric.PerQuery(ranks, policy);
        var members = new SortedDictionary<string, (List<double> Values, List<double> Weights)>(StringComparer.Ordinal);
        for (int query = 0; query < values.Length; query++)
        {
            string label = labels[query] ?? throw Argument.HoldsNull(nameof(labels), query);
            if (!members.TryGetValue(label, out (List<double> Values, List<double> Weights) slice))
            {
                members.Add(label, slice = ([], []));
            }

            double weight = sampleWeight.IsEmpty ? 1 : sampleWeight[query];
            if (weight > 0 && !double.IsNaN(values[query]))
            {
                slice.Values.Add(values[query]);
                slice.Weights.Add(weight);
            }
        }

        var figures = new SortedDictionary<string, SliceValue>(StringComparer.Ordinal);
        foreach ((string label, (List<double> slice, List<double> weights)) in members)
        {
            figures.Add(label, new SliceValue(metric.Summarise(slice.ToArray(), weights.ToArray()), slice.Count));
        }

        return figures;
    }
}
