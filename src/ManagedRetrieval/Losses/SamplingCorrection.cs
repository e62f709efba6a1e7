namespace ManagedRetrieval.Losses;

/// <summary>Which logits lose the logarithm of their candidate's sampling probability.</summary>
public enum SamplingCorrection
{
    /// <summary>All columns, the positive's too, as if it had been sampled: as in TensorFlow Recommenders.</summary>
    AllColumns,

    /// <summary>
    /// Negatives only: positives were not sampled, they were given (arXiv 2507.09331). In the columns of a symmetric loss the
    /// correction then no longer cancels, which biases that half; take <see cref="AllColumns"/> there.
    /// </summary>
    NegativesOnly,
}
