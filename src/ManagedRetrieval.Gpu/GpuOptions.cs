namespace ManagedRetrieval.Gpu;

/// <summary>Which device is wanted.</summary>
public sealed record GpuOptions
{
    /// <summary>A part of the device's name, letter case aside; null for the first that works.</summary>
    public string? DeviceName { get; init; }

    /// <summary>
    /// Whether an OpenCL driver that computes on the processor, such as PoCL, may be chosen where there is no GPU. It is slower than the
    /// engine's own kernels, and is there to try things out.
    /// </summary>
    public bool AllowsProcessor { get; init; }
}
