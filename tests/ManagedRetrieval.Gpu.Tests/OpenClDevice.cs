using ManagedRetrieval.Gpu.Devices;

namespace ManagedRetrieval.Gpu.Tests;

/// <summary>A device of a real driver, whichever there is: a GPU, or PoCL on the processor.</summary>
public static class OpenClDevice
{
    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing { get; } = Find();

    internal static GpuBackend Open(WorkLimits? limits = null) =>
        GpuBackend.Open(new GpuOptions { AllowsProcessor = true }, limits ?? new WorkLimits(), out string whyNot) ?? throw new InvalidOperationException(whyNot);

    private static string? Find()
    {
        GpuBackend.TryCreate(out GpuBackend? backend, out string whyNot, new GpuOptions { AllowsProcessor = true });
        using (backend)
        {
            return backend is null ? "No device; install pocl-opencl-icd for one. " + whyNot : null;
        }
    }
}
