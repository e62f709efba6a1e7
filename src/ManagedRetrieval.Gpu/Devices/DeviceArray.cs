using ILGPU;
using ILGPU.Runtime;

namespace ManagedRetrieval.Gpu.Devices;

/// <summary>Memory of the device, rented for one call.</summary>
internal readonly struct DeviceArray<T> : IDisposable
    where T : unmanaged
{
    // Null in the default value, which holds nothing.
    private readonly DevicePool? _pool;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _buffer;

    public DeviceArray(DevicePool pool, MemoryBuffer1D<byte, Stride1D.Dense> buffer, int length)
    {
        (_pool, _buffer) = (pool, buffer);
        View = buffer.View.BaseView.Cast<T>().SubView(0, Math.Max(1, length));
    }

    /// <summary>The elements, at least one, with whatever they held.</summary>
    public ArrayView<T> View { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _pool?.Return(_buffer);
}
