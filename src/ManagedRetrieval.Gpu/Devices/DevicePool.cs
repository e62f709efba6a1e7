using System.Globalization;
using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace ManagedRetrieval.Gpu.Devices;

/// <summary>Memory of a device that is used again: reserving it takes the driver longer than a small product.</summary>
/// <remarks>Blocks come in sizes a quarter of a power of two apart, so at most a fifth is lost. Calls are the device's, one at a time.</remarks>
internal sealed class DevicePool(GpuDevice device)
{
    private const long SmallestBlock = 1024;

    private readonly Dictionary<long, Stack<MemoryBuffer1D<byte, Stride1D.Dense>>> _idle = [];

    /// <summary>Bytes that calls and prepared rows hold.</summary>
    public long InUse { get; private set; }

    /// <summary>Rents so many elements.</summary>
    /// <exception cref="GpuMemoryException">The device has no such memory left, though idle blocks were given up.</exception>
    public DeviceArray<T> Rent<T>(int length)
        where T : unmanaged
    {
        long bytes = Rounded((long)Math.Max(1, length) * Interop.SizeOf<T>());
        MemoryBuffer1D<byte, Stride1D.Dense> buffer = _idle.TryGetValue(bytes, out var stack) && stack.TryPop(out var idle) ? idle : Allocate(bytes);
        InUse += bytes;
        return new DeviceArray<T>(this, buffer, length);
    }

    /// <summary>Takes a block back, once nothing that was started can touch it: who rents it next may write to it by another queue.</summary>
    public void Return(MemoryBuffer1D<byte, Stride1D.Dense> buffer)
    {
        device.Settle();
        InUse -= buffer.Length;
        if (!_idle.TryGetValue(buffer.Length, out var stack))
        {
            _idle.Add(buffer.Length, stack = []);
        }

        stack.Push(buffer);
    }

    /// <summary>Gives idle blocks back to the driver.</summary>
    public void Trim()
    {
        foreach (var stack in _idle.Values)
        {
            while (stack.TryPop(out var buffer))
            {
                DriverFailure.GiveBack(buffer);
            }
        }
    }

    private static long Rounded(long bytes)
    {
        if (bytes <= SmallestBlock)
        {
            return SmallestBlock;
        }

        long step = 1L << (BitOperations.Log2((ulong)bytes) - 2);
        return (bytes + step - 1) / step * step;
    }

    private MemoryBuffer1D<byte, Stride1D.Dense> Allocate(long bytes)
    {
        try
        {
            return device.Allocate(bytes);
        }
        catch (Exception failure) when (DriverFailure.IsMemory(failure))
        {
            Trim();
        }

        try
        {
            return device.Allocate(bytes);
        }
        catch (Exception failure) when (DriverFailure.IsMemory(failure))
        {
            throw new GpuMemoryException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{device.Name} has no room for {bytes:n0} bytes more; {InUse:n0} bytes are in use here, of {device.MemorySize:n0} that the device has."),
                failure);
        }
    }
}
