using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace ManagedRetrieval.Gpu.Devices;

/// <summary>A device with its queues, memory and kernels. One call at a time uses it: who holds <see cref="Gate"/>.</summary>
internal sealed partial class GpuDevice : IDisposable
{
    private readonly Context _context;
    private readonly Accelerator _accelerator;
    private readonly AcceleratorStream _ahead;
    private readonly DevicePool _pool;
    private string? _lost;

    /// <summary>Opens a device.</summary>
    /// <param name="context">ILGPU's; owned from now on.</param>
    /// <param name="device">One of the context's.</param>
    /// <param name="limits">How calls are cut.</param>
    public GpuDevice(Context context, Device device, WorkLimits limits)
    {
        _context = context;
        Limits = limits;
        IsEmulated = device.AcceleratorType == AcceleratorType.CPU;
        IsProcessor = IsEmulated || (device is CLDevice opencl && !opencl.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU));
        Name = DeviceSearch.NameOf(device);
        MemorySize = device.MemorySize;
        Multiprocessors = Math.Max(1, device.NumMultiprocessors);
        _accelerator = device.CreateAccelerator(context);
        try
        {
            Queue = _accelerator.CreateStream();
            _ahead = _accelerator.CreateStream();
        }
        catch (Exception)
        {
            DriverFailure.GiveBack(_accelerator);
            throw;
        }

        _pool = new DevicePool(this);
        Kernels = new KernelSet(this);
    }

    /// <summary>Held during a call.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Where kernels are started.</summary>
    public AcceleratorStream Queue { get; }

    /// <summary>The device, and what drives it.</summary>
    public string Name { get; }

    /// <summary>Whether ILGPU plays the device on threads of the processor, for tests.</summary>
    public bool IsEmulated { get; }

    /// <summary>Whether the device is the processor under another name.</summary>
    public bool IsProcessor { get; }

    /// <summary>Bytes.</summary>
    public long MemorySize { get; }

    /// <summary>Groups of threads that run at the same time, at least.</summary>
    public int Multiprocessors { get; }

    /// <summary>Threads of a group where a kernel leaves it open, a power of two. Where they are the system's threads, each of which has to be woken at a barrier, few.</summary>
    public int GroupSize => IsEmulated ? 4 : 256;

    /// <summary>Whether it was given up.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Bytes that calls and prepared rows hold.</summary>
    public long BytesInUse => _pool.InUse;

    /// <summary>How calls are cut.</summary>
    public WorkLimits Limits { get; }

    /// <summary>What it can run.</summary>
    public KernelSet Kernels { get; }

    /// <summary>Where to note times; null does not measure.</summary>
    public DeviceTimes? Times { get; set; }

    /// <summary>Asked before everything that a driver does: what it returns is thrown in the driver's place. For tests.</summary>
    public Func<DeviceAction, Exception?>? Fault { get; set; }

    /// <summary>Refuses where the device is lost.</summary>
    /// <exception cref="GpuLostException">A driver failed before.</exception>
    public void Require()
    {
        if (_lost is not null)
        {
            throw new GpuLostException(_lost);
        }
    }

    /// <summary>What to throw for what a driver threw. Where it was not for want of memory, the device is lost.</summary>
    public GpuException Failed(Exception failure, string doing)
    {
        if (_lost is null && DriverFailure.IsMemory(failure))
        {
            return new GpuMemoryException($"{Name} ran out of memory {doing}: {DriverFailure.Text(failure)}.", failure);
        }

        Lose(failure, doing);
        return new GpuLostException(_lost!, failure);
    }

    /// <summary>Rents memory.</summary>
    public DeviceArray<T> Rent<T>(int length)
        where T : unmanaged => _pool.Rent<T>(length);

    /// <summary>Rents memory and fills it.</summary>
    public DeviceArray<T> Upload<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceArray<T> array = _pool.Rent<T>(values.Length);
        try
        {
            Write(values, array.View);
            return array;
        }
        catch (Exception)
        {
            array.Dispose();
            throw;
        }
    }

    /// <summary>Compiles a kernel.</summary>
    /// <exception cref="GpuKernelException">It cannot be compiled for this device.</exception>
    public Action<AcceleratorStream, KernelConfig, ArrayView<T1>, ArrayView<T2>, ArrayView<T3>, TShape> Compile<T1, T2, T3, TShape>(
        Action<ArrayView<T1>, ArrayView<T2>, ArrayView<T3>, TShape> kernel)
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged
        where TShape : struct
    {
        try
        {
            Probe(DeviceAction.Compile);
            return _accelerator.LoadKernel(kernel);
        }
        catch (Exception failure) when (!DriverFailure.IsMemory(failure))
        {
            throw new GpuKernelException($"The kernel {kernel.Method.DeclaringType?.Name} cannot be compiled for {Name}: {DriverFailure.Text(failure)}", failure);
        }
    }

    /// <summary>To be called before a kernel is started.</summary>
    /// <returns>When that is.</returns>
    public long BeforeLaunch()
    {
        Probe(DeviceAction.Launch);
        _isBusy = true;
        return Stopwatch.GetTimestamp();
    }

    /// <summary>To be called after a kernel was started: waits for it where times are measured.</summary>
    public void AfterLaunch(long start)
    {
        if (Times is { } times)
        {
            Queue.Synchronize();
            times.Add(DeviceAction.Launch, start, 0);
        }
    }

    /// <summary>Reserves memory.</summary>
    public MemoryBuffer1D<byte, Stride1D.Dense> Allocate(long bytes)
    {
        Probe(DeviceAction.Allocate);
        return _accelerator.Allocate1D<byte>(bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            if (IsDisposed)
            {
                return;
            }

            IsDisposed = true;
            _pool.Trim();
            DriverFailure.GiveBack(_ahead);
            DriverFailure.GiveBack(Queue);
            DriverFailure.GiveBack(_accelerator);
            DriverFailure.GiveBack(_context);
        }
    }

    private void Lose(Exception failure, string doing) =>
        _lost ??= $"{Name} is lost: {DriverFailure.Text(failure)} {doing}. Go on with another backend, such as the processor's.";

    private void Probe(DeviceAction action)
    {
        if (Fault?.Invoke(action) is { } fault)
        {
            throw fault;
        }
    }
}
