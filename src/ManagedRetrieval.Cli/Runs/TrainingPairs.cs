using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Data;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>The pairs that a model learns from.</summary>
/// <param name="Interactions">The pairs.</param>
/// <param name="Queries">One for each.</param>
/// <param name="Weights">One for each; empty where all weigh 1.</param>
internal sealed record TrainingPairs(InteractionLog Interactions, IReadOnlyList<Entity> Queries, float[] Weights);
