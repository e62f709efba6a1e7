namespace ManagedRetrieval.Losses;

/// <summary>Which logits lose the logarithm of their candidate's sampling probability.</summary>
public enum SamplingCorrection
{
    /// <summary>All columns, the positive's too, as if it had been sampled: as in TensorFlow Recommenders.</summary>
    AllColumns,

    /// <summary>Negatives only: the positive was not sampled, it was given (arXiv 2507.09331).</summary>
    NegativesOnly,
}
