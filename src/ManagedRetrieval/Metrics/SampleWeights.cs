using System.Globalization;

namespace ManagedRetrieval.Metrics;

/// <summary>The rule that weights of queries obey.</summary>
internal static class SampleWeights
{
    /// <summary>Refuses weights that are not one finite number ≥ 0 per query, or all 0; none at all is fine.</summary>
    public static void Check(ReadOnlySpan<float> sampleWeight, int queries)
    {
        if (sampleWeight.IsEmpty)
        {
            return;
        }

        if (sampleWeight.Length != queries)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"sampleWeight has {sampleWeight.Length} entries; expected one per query, {queries}."), nameof(sampleWeight));
        }

        bool any = false;
        for (int query = 0; query < sampleWeight.Length; query++)
        {
            float weight = sampleWeight[query];
            if (!float.IsFinite(weight) || weight < 0)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"sampleWeight[{query}] is {weight}; expected a finite number of at least 0."), nameof(sampleWeight));
            }

            any |= weight > 0;
        }

        if (!any)
        {
            throw new ArgumentException("sampleWeight is 0 for every query; expected a weight above 0.", nameof(sampleWeight));
        }
    }
}
