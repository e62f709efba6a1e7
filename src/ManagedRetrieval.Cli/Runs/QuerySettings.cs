namespace ManagedRetrieval.Cli.Runs;

/// <summary>What <c>query --file</c> was asked for.</summary>
internal sealed record QuerySettings
{
    public required string Model { get; init; }

    /// <summary>The queries.</summary>
    public required string File { get; init; }

    /// <summary>The file for the answers; null for the standard output.</summary>
    public required string? Output { get; init; }

    /// <summary>Interactions of users whose items are not to be found; null for none.</summary>
    public DataSettings? Seen { get; init; }

    /// <summary>Whether the index stays on the disk.</summary>
    public required bool Map { get; init; }

    public required int K { get; init; }

    public required int Workers { get; init; }

    /// <summary>Where exact search runs, as --backend names it; null for the processor.</summary>
    public string? Backend { get; init; }
}
