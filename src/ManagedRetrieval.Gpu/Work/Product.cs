using ILGPU;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.Gpu.Kernels;

namespace ManagedRetrieval.Gpu.Work;

/// <summary>Matrix products.</summary>
internal static class Product
{
    /// <summary>c[m, n] = op(a) · op(b) or c += of matrices on the device, m and n at least 1.</summary>
    public static void OnDevice(
        GpuDevice device, ArrayView<float> a, bool transposeA, ArrayView<float> b, bool transposeB, ArrayView<float> c, int m, int n, int k, bool accumulates) =>
        device.Kernels.Product(a, b, c, new ProductShape
        {
            M = m,
            N = n,
            K = k,
            ARow = transposeA ? 1 : k,
            ADepth = transposeA ? m : 1,
            BColumn = transposeB ? k : 1,
            BDepth = transposeB ? 1 : n,
            Accumulates = accumulates ? 1 : 0,
        });

    /// <summary>The same of matrices in managed memory.</summary>
    public static void Run(
        GpuDevice device, ReadOnlySpan<float> a, bool transposeA, ReadOnlySpan<float> b, bool transposeB, Span<float> c, int m, int n, int k, bool accumulates)
    {
        if (k == 0 || c.IsEmpty)
        {
            if (!accumulates)
            {
                c.Clear();
            }

            return;
        }

        using DeviceArray<float> left = device.Upload(a), right = device.Upload(b), result = accumulates ? device.Upload<float>(c) : device.Rent<float>(c.Length);
        OnDevice(device, left.View, transposeA, right.View, transposeB, result.View, m, n, k, accumulates);
        device.Read(result.View, c);
    }
}
