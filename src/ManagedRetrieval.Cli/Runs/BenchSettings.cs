namespace ManagedRetrieval.Cli.Runs;

/// <summary>What <c>bench</c> was asked for.</summary>
internal sealed record BenchSettings
{
    public required string Model { get; init; }

    /// <summary>A file of the same model with float rows; null where the model's own file holds them.</summary>
    public required string? Exact { get; init; }

    public required int K { get; init; }

    /// <summary>How many queries to measure with at most.</summary>
    public required int Queries { get; init; }

    public required string? QueryFile { get; init; }

    public required string? JsonFile { get; init; }

    /// <summary>The folder for the drawing; null for none.</summary>
    public required string? OutputDirectory { get; init; }

    public required int Workers { get; init; }

    /// <summary>Where exact search runs, as --backend names it; null for the processor.</summary>
    public string? Backend { get; init; }

    public string? DrawingFile => OutputDirectory is null ? null : Path.Combine(OutputDirectory, "bench.svg");
}
