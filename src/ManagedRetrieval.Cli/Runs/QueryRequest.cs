using ManagedRetrieval.Cli.Models;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>One of many queries.</summary>
/// <param name="Query">What is asked.</param>
/// <param name="Exclusions">Ids of candidates that are not to be found.</param>
internal readonly record struct QueryRequest(Entity Query, IReadOnlyList<string> Exclusions);
