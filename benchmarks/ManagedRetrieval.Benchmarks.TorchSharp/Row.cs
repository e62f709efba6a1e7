namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>One comparison's figures; the names are those of the JSON file.</summary>
internal sealed record Row(string Work, int[] Shape, int Threads)
{
    public double? OursMs { get; init; }

    /// <summary>Whom this library is compared with; null where it ran alone.</summary>
    public string? Peer { get; init; }

    public double? PeerMs { get; init; }

    /// <summary>The peer's time over ours: the median of the pairs.</summary>
    public double? Ratio { get; init; }

    /// <summary>The tenth percentile of the pairs.</summary>
    public double? RatioLow { get; init; }

    /// <summary>Why there are no figures; null where there are.</summary>
    public string? Skipped { get; init; }

    /// <summary>Our operations a second against the ceiling that was measured between the pairs.</summary>
    public double? PercentOfCeiling { get; init; }

    /// <summary>What one call of ours allocates.</summary>
    public long? AllocatedBytes { get; init; }

    /// <summary>What ours needs beyond what goes in and comes out; null where it was not measured.</summary>
    public long? WorkingBytes { get; init; }

    /// <summary>The time that memory needs at its measured speed against ours; null where arithmetic alone sets the pace.</summary>
    public double? PercentOfMemory { get; init; }
}
