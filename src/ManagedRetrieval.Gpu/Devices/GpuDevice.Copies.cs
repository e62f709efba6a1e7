using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;

namespace ManagedRetrieval.Gpu.Devices;

/// <content>Copies, and waiting.</content>
internal sealed partial class GpuDevice
{
    // Whether something was started that nobody has waited for.
    private bool _isBusy;

    /// <summary>Copies to the device, after what was started before.</summary>
    public void Write<T>(ReadOnlySpan<T> from, ArrayView<T> to)
        where T : unmanaged => Write(from, to, Queue);

    /// <summary>Copies to the device while kernels run that do not touch the place.</summary>
    public void WriteAhead<T>(ReadOnlySpan<T> from, ArrayView<T> to)
        where T : unmanaged => Write(from, to, _ahead);

    /// <summary>Waits for what was started, and copies from the device.</summary>
    public void Read<T>(ArrayView<T> from, Span<T> to)
        where T : unmanaged
    {
        Probe(DeviceAction.Read);
        if (to.IsEmpty)
        {
            return;
        }

        if (Times is not null)
        {
            Queue.Synchronize();
        }

        long start = Stopwatch.GetTimestamp();
        _isBusy = true;
        from.SubView(0, to.Length).CopyToCPU(Queue, to);
        Queue.Synchronize();
        _isBusy = false;
        Times?.Add(DeviceAction.Read, start, (long)to.Length * Interop.SizeOf<T>());
    }

    /// <summary>Waits for what was started.</summary>
    public void Synchronize()
    {
        Probe(DeviceAction.Synchronize);
        Queue.Synchronize();
        _isBusy = false;
    }

    /// <summary>Waits for what a call started and, since it failed, did not wait for. Where that fails the device is lost.</summary>
    public void Settle()
    {
        if (!_isBusy)
        {
            return;
        }

        _isBusy = false;
        try
        {
            Probe(DeviceAction.Synchronize);
            Queue.Synchronize();
            _ahead.Synchronize();
        }
        catch (Exception failure) when (DriverFailure.IsDrivers(failure))
        {
            Lose(failure, "while it finished what a failed call had started");
        }
    }

    private void Write<T>(ReadOnlySpan<T> from, ArrayView<T> to, AcceleratorStream queue)
        where T : unmanaged
    {
        Probe(DeviceAction.Write);
        if (from.IsEmpty)
        {
            return;
        }

        long start = Stopwatch.GetTimestamp();
        bool othersRun = _isBusy && queue != Queue;
        _isBusy = true;
        to.SubView(0, from.Length).CopyFromCPU(queue, from);
        queue.Synchronize();
        _isBusy = othersRun;
        Times?.Add(DeviceAction.Write, start, (long)from.Length * Interop.SizeOf<T>());
    }
}
