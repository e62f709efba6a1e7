using ManagedRetrieval.Cli.Models;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>A model to train, by the name of its preset or file.</summary>
internal sealed record NamedModel(string Name, ModelDescription Description);
