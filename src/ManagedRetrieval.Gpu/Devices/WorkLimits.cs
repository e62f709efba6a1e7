namespace ManagedRetrieval.Gpu.Devices;

/// <summary>Into what pieces calls are cut. Results do not depend on it but in the last digits of losses and gradients.</summary>
internal sealed record WorkLimits
{
    /// <summary>Scores that are on the device at a time: 2²⁴ floats are 64 MiB.</summary>
    public int Scores { get; init; } = 1 << 24;

    /// <summary>Candidates that are scored at a time: 2¹⁷ rows of 64 floats are 32 MiB, which take some milliseconds to copy.</summary>
    public int Candidates { get; init; } = 1 << 17;
}
