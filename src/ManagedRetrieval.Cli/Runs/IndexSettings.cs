using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What <c>index</c> was asked for; null is the library's own choice.</summary>
internal sealed record IndexSettings
{
    public required string Model { get; init; }

    public required string Output { get; init; }

    public required IndexKind Kind { get; init; }

    public required PartitionedLists Lists { get; init; }

    public required int? Partitions { get; init; }

    public required int? Probes { get; init; }

    public required int? Rescored { get; init; }

    /// <summary>Whether an index of bytes goes without float rows.</summary>
    public required bool DropRows { get; init; }

    /// <summary>The recall to tune for; null for none.</summary>
    public required double? Recall { get; init; }

    public required int K { get; init; }

    /// <summary>How many queries to measure with at most.</summary>
    public required int Queries { get; init; }

    public required string? QueryFile { get; init; }

    public required int Workers { get; init; }

    /// <summary>Where exact search runs, as --backend names it; null for the processor.</summary>
    public string? Backend { get; init; }
}
