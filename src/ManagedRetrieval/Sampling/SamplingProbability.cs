namespace ManagedRetrieval.Sampling;

/// <summary>Per-draw sampling probabilities for the correction of logits.</summary>
public static class SamplingProbability
{
    /// <summary>The relative frequency of each count: pᵢ = cᵢ / Σ c, the probability of an in-batch candidate, per draw.</summary>
    /// <param name="counts">How often each candidate occurs, not negative, not all 0. A count of 0 gives 0.</param>
    /// <returns>As many probabilities as counts.</returns>
    /// <exception cref="ArgumentException">There are no counts, one is negative, or all are 0.</exception>
    public static float[] FromCounts(ReadOnlySpan<long> counts)
    {
        CheckCounts(counts);
        Int128 sum = 0;
        foreach (long count in counts)
        {
            sum += count;
        }

        double total = (double)sum;
        float[] probabilities = new float[counts.Length];
        for (int i = 0; i < probabilities.Length; i++)
        {
            probabilities[i] = (float)(counts[i] / total);
        }

        return probabilities;
    }

    /// <summary>
    /// The probability, per draw, of candidates of which B come with the batch and M from a sampler:
    /// (B · q_batch + M · q_sampler) / (B + M), element by element.
    /// </summary>
    /// <param name="batchProbability">q_batch of each candidate, in [0, 1].</param>
    /// <param name="batchCount">B, not negative.</param>
    /// <param name="samplerProbability">q_sampler of the same candidates, in [0, 1].</param>
    /// <param name="sampledCount">M, not negative; B + M is positive.</param>
    /// <param name="result">As long as both; may be one of them.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a probability lies outside [0, 1].</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, or both are 0.</exception>
    public static void Mixture(
        ReadOnlySpan<float> batchProbability, int batchCount, ReadOnlySpan<float> samplerProbability, int sampledCount, Span<float> result)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batchCount);
        ArgumentOutOfRangeException.ThrowIfNegative(sampledCount);
        if (batchCount == 0 && sampledCount == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(batchCount), batchCount, "batchCount and sampledCount are both 0; expected at least one draw.");
        }

        CheckLength(samplerProbability.Length, batchProbability.Length, nameof(samplerProbability));
        CheckLength(result.Length, batchProbability.Length, nameof(result));
        CheckProbabilities(batchProbability, nameof(batchProbability));
        CheckProbabilities(samplerProbability, nameof(samplerProbability));
        double batchShare = batchCount / ((double)batchCount + sampledCount);
        double samplerShare = sampledCount / ((double)batchCount + sampledCount);
        for (int i = 0; i < result.Length; i++)
        {
            // The shares, each rounded, may add up to a little over 1; and what is possible must not round to 0.
            double mixture = (batchShare * batchProbability[i]) + (samplerShare * samplerProbability[i]);
            result[i] = mixture > 0 ? Math.Max(float.Epsilon, (float)Math.Min(1, mixture)) : 0;
        }
    }

    /// <summary>Refuses counts of which no distribution can be made.</summary>
    internal static void CheckCounts(ReadOnlySpan<long> counts)
    {
        if (counts.IsEmpty)
        {
            throw new ArgumentException("counts is empty; expected at least one.", nameof(counts));
        }

        bool any = false;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] < 0)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"counts must not be negative, but number {i} is {counts[i]}."), nameof(counts));
            }

            any |= counts[i] > 0;
        }

        if (!any)
        {
            throw new ArgumentException("counts are all 0; expected one above 0.", nameof(counts));
        }
    }

    /// <summary>Refuses what is no probability.</summary>
    /// <param name="values">One number each.</param>
    /// <param name="name">Of the numbers.</param>
    /// <param name="argument">That holds them, where it bears another name.</param>
    internal static void CheckProbabilities(ReadOnlySpan<float> values, string name, string? argument = null)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= 0 && values[i] <= 1))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{name} must lie in [0, 1], but number {i} is {values[i]}."), argument ?? name);
            }
        }
    }

    private static void CheckLength(int length, int expected, string argument)
    {
        if (length != expected)
        {
            throw new ArgumentException($"{argument} must be as long as batchProbability, {expected}, not {length}.", argument);
        }
    }
}
