namespace ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;

/// <summary>What a model did while it learnt.</summary>
/// <param name="Losses">After each step the mean loss of its epoch's pairs so far.</param>
/// <param name="First">The tables after the first step.</param>
/// <param name="Last">The tables after the last step.</param>
/// <param name="Seconds">How long it took, the copies of the tables included.</param>
internal sealed record TrainingLog(IReadOnlyList<double> Losses, Embeddings First, Embeddings Last, double Seconds);
