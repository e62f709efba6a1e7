namespace ManagedRetrieval.Losses;

/// <summary>How the losses l of the rows and their weights w become the loss of a batch.</summary>
public enum LossReduction
{
    /// <summary>Σ w·l.</summary>
    Sum,

    /// <summary>Σ w·l / Σ w; 0 where all weights are 0.</summary>
    Mean,

    /// <summary>The vector w·l.</summary>
    None,
}
