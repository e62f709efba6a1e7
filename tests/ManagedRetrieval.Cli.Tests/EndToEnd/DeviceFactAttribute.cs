using ManagedRetrieval.Gpu;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

/// <summary>A test that needs a device of a real driver, if only PoCL on the processor.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceFactAttribute : FactAttribute
{
    public DeviceFactAttribute()
    {
        GpuBackend.TryCreate(out GpuBackend? backend, out string whyNot, new GpuOptions { AllowsProcessor = true });
        backend?.Dispose();
        Skip = backend is null ? "No device; install pocl-opencl-icd for one. " + whyNot : null;
    }
}
