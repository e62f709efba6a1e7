namespace ManagedRetrieval.Training;

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">The epoch of this call, from 1.</param>
/// <param name="Loss">Σ w · l / Σ w over the epoch's pairs.</param>
/// <param name="Elapsed">Time since the start of training.</param>
public sealed record EpochResult(int Epoch, double Loss, TimeSpan Elapsed);
