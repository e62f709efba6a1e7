namespace ManagedRetrieval.Cli.Runs;

/// <summary>What <c>query</c> was asked for without a file of queries.</summary>
internal sealed record OneQuerySettings
{
    public required string Model { get; init; }

    /// <summary>The text, or the user's id; null where a history is all that is asked by.</summary>
    public required string? Text { get; init; }

    /// <summary>Ids of items that the user met before, oldest first.</summary>
    public required IReadOnlyList<string> History { get; init; }

    /// <summary>When the query is asked; null where nothing says it.</summary>
    public required long? Time { get; init; }

    /// <summary>Ids of candidates that are not to be found.</summary>
    public required IReadOnlyList<string> Exclusions { get; init; }

    /// <summary>Interactions of users whose items are not to be found; null for none.</summary>
    public DataSettings? Seen { get; init; }

    /// <summary>Whether the index stays on the disk.</summary>
    public required bool Map { get; init; }

    public required int K { get; init; }

    public required int Workers { get; init; }

    /// <summary>Where exact search runs, as --backend names it; null for the processor.</summary>
    public string? Backend { get; init; }
}
