using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.Gpu.Work;

namespace ManagedRetrieval.Gpu;

/// <summary>A GPU: matrix products, top-k search and the in-batch softmax loss by kernels that are compiled when they are first needed.</summary>
/// <remarks>
/// Every call copies its operands to the device and its results back, but for rows that were prepared. Calls from several threads
/// take turns. The same device gives the same bits for the same call; losses, gradients and products of another device, or of the
/// processor, differ from them in the last digits. It does not work in programs that are trimmed or compiled ahead of time.
/// </remarks>
public sealed class GpuBackend : IComputeBackend<float>, IDisposable
{
    private readonly GpuDevice _device;
    private readonly List<PreparedRows.Kept> _kept = [];
    private readonly ConcurrentQueue<PreparedRows.Kept> _released = new();

    internal GpuBackend(GpuDevice device) => _device = device;

    /// <inheritdoc/>
    public string Name => _device.Name;

    /// <summary>Whether the device is the processor, by an OpenCL driver for it.</summary>
    public bool IsProcessor => _device.IsProcessor;

    internal GpuDevice Device => _device;

    /// <summary>Opens the best device that works: one that CUDA drives, or else a GPU that OpenCL does.</summary>
    /// <param name="backend">The backend, which is to be disposed; null where there is no such device.</param>
    /// <param name="whyNot">One line that says why there is none, device by device; empty where there is one.</param>
    /// <param name="options">Which device is wanted; null for any GPU.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryCreate([NotNullWhen(true)] out GpuBackend? backend, out string whyNot, GpuOptions? options = null)
    {
        backend = Open(options ?? new GpuOptions(), new WorkLimits(), out whyNot);
        return backend is not null;
    }

    /// <summary>The same with calls that are cut otherwise.</summary>
    internal static GpuBackend? Open(GpuOptions options, WorkLimits limits, out string whyNot) =>
        DeviceSearch.Open(options, limits, SelfTest.IsRight, out whyNot) is { } device ? new GpuBackend(device) : null;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="GpuException">The device failed; the result is as it was.</exception>
    public void MatrixProduct(Tensor<float> a, bool transposeA, Tensor<float> b, bool transposeB, Tensor<float> result, bool accumulate)
    {
        int depth = BackendArguments.CheckProduct(a.Shape, transposeA, b.Shape, transposeB, result.Shape);
        lock (_device.Gate)
        {
            Begin();
            try
            {
                Product.Run(_device, a.Span, transposeA, b.Span, transposeB, result.Span, result.Shape.Rows, result.Shape.RowLength, depth, accumulate);
            }
            catch (Exception failure) when (DriverFailure.IsDrivers(failure))
            {
                throw _device.Failed(failure, "in a matrix product");
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Something does not fit; the message says what.</exception>
    /// <exception cref="GpuException">The device failed.</exception>
    public void TopK(
        Tensor<float> queries,
        Tensor<float> candidates,
        int k,
        Tensor<float> scores,
        Span<int> rows,
        ReadOnlySpan<int> excluded = default,
        ReadOnlySpan<int> excludedOffsets = default,
        ReadOnlySpan<ulong> admitted = default,
        CancellationToken cancellationToken = default)
    {
        (int heads, int width) = BackendArguments.CheckTopK(queries.Shape, candidates.Shape, k, scores.Shape, rows.Length, excluded, excludedOffsets, admitted);
        lock (_device.Gate)
        {
            Begin();
            try
            {
                Work.TopK.Run(_device, new TopKOperands
                {
                    Queries = queries.Span,
                    Candidates = candidates.Span,
                    Kept = _kept.Find(kept => kept.Rows.Equals(candidates.Memory))?.Copy,
                    Width = width,
                    Heads = heads,
                    K = k,
                    Scores = scores.Span,
                    Rows = rows,
                    Excluded = excluded,
                    ExcludedOffsets = excludedOffsets,
                    Admitted = admitted,
                    CancellationToken = cancellationToken,
                });
            }
            catch (Exception failure) when (DriverFailure.IsDrivers(failure))
            {
                throw _device.Failed(failure, "in a search");
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Keeps nothing where the device has no room for them: searches then copy them, piece by piece.</remarks>
    /// <exception cref="GpuException">The device failed.</exception>
    public IDisposable? PrepareRows(Tensor<float> candidates)
    {
        lock (_device.Gate)
        {
            Begin();
            try
            {
                var kept = new PreparedRows.Kept(candidates.Memory, _device.Upload<float>(candidates.Span));
                _kept.Add(kept);
                return new PreparedRows(_released, kept);
            }
            catch (GpuMemoryException)
            {
                return null;
            }
            catch (Exception failure) when (DriverFailure.IsDrivers(failure))
            {
                throw _device.Failed(failure, "while rows were copied");
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="GpuException">The device failed.</exception>
    public SoftmaxLossCounts SoftmaxLoss(
        in SoftmaxLossProblem<float> problem, Tensor<float> losses, Tensor<float> factors, Tensor<float> queryGradient, Tensor<float> candidateGradient)
    {
        lock (_device.Gate)
        {
            Begin();
            try
            {
                return Work.SoftmaxLoss.Run(_device, problem, losses, factors, queryGradient, candidateGradient);
            }
            catch (Exception failure) when (DriverFailure.IsDrivers(failure))
            {
                throw _device.Failed(failure, "in a softmax loss");
            }
        }
    }

    /// <summary>Gives the device's memory back. Further calls are refused.</summary>
    public void Dispose() => _device.Dispose();

    private void Begin()
    {
        // Asked here, so that the exception names what the caller disposed of.
        ObjectDisposedException.ThrowIf(_device.IsDisposed, this);
        _device.Require();
        while (_released.TryDequeue(out PreparedRows.Kept? kept))
        {
            _kept.Remove(kept);
            kept.Copy.Dispose();
        }
    }
}
