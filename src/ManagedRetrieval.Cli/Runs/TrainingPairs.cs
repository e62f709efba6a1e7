using ManagedRetrieval.Cli.Models;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What a model learns from, for each interaction of the training part.</summary>
/// <param name="Queries">The queries.</param>
/// <param name="Weights">Their weights; empty where all weigh 1.</param>
internal sealed record TrainingPairs(IReadOnlyList<Entity> Queries, float[] Weights);
