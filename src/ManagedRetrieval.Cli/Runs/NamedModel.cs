using ManagedRetrieval.Cli.Models;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>A model to train, by the name of its preset or file.</summary>
/// <param name="Name">The name.</param>
/// <param name="Description">The model.</param>
/// <param name="File">The file that describes it; null for a preset.</param>
internal sealed record NamedModel(string Name, ModelDescription Description, string? File = null);
