using ManagedRetrieval.Gpu.Devices;

namespace ManagedRetrieval.Gpu.Tests;

/// <summary>ILGPU's accelerator on the processor, for the tests of a class: threads of a group are real threads, so what forgets a barrier may fail here.</summary>
public sealed class EmulatedDevice : IDisposable
{
    public GpuBackend Backend { get; } = new(DeviceSearch.OpenEmulated(new WorkLimits()));

    public void Dispose() => Backend.Dispose();
}
