namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>What a pass over the scores is for.</summary>
internal enum SoftmaxPass
{
    /// <summary>Losses and gradients in one, all candidates in memory for some blocks of queries.</summary>
    Both,

    /// <summary>Losses, and the sums that gradients divide by.</summary>
    Losses,

    /// <summary>Gradients, after the losses.</summary>
    Gradients,
}
