using ILGPU;
using ILGPU.Runtime;

namespace ManagedRetrieval.Gpu.Devices;

/// <summary>A kernel, compiled when it is first started.</summary>
/// <param name="device">Where it runs.</param>
/// <param name="method">The kernel.</param>
internal sealed class DeviceKernel<T1, T2, T3, TShape>(GpuDevice device, Action<ArrayView<T1>, ArrayView<T2>, ArrayView<T3>, TShape> method)
    where T1 : unmanaged
    where T2 : unmanaged
    where T3 : unmanaged
    where TShape : struct
{
    private Action<AcceleratorStream, KernelConfig, ArrayView<T1>, ArrayView<T2>, ArrayView<T3>, TShape>? _compiled;

    /// <summary>Starts it, and does not wait.</summary>
    /// <param name="groups">Groups of threads, at least 1.</param>
    /// <param name="threads">Threads of a group.</param>
    /// <param name="first">Its first operand.</param>
    /// <param name="second">Its second operand.</param>
    /// <param name="third">Its third operand.</param>
    /// <param name="shape">Lengths and options.</param>
    public void Launch(int groups, int threads, ArrayView<T1> first, ArrayView<T2> second, ArrayView<T3> third, TShape shape)
    {
        _compiled ??= device.Compile(method);
        long start = device.BeforeLaunch();
        _compiled(device.Queue, new KernelConfig(groups, threads), first, second, third, shape);
        device.AfterLaunch(start);
    }
}
