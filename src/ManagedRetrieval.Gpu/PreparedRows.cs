using System.Collections.Concurrent;
using ManagedRetrieval.Gpu.Devices;

namespace ManagedRetrieval.Gpu;

/// <summary>Rows that are kept on the device for as long as somebody holds this.</summary>
/// <remarks>The device is not used from a finalizer: what is given up waits for the next call.</remarks>
internal sealed class PreparedRows(ConcurrentQueue<PreparedRows.Kept> released, PreparedRows.Kept kept) : IDisposable
{
    private Kept? _kept = kept;

    ~PreparedRows() => Release();

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _kept, null) is { } kept)
        {
            released.Enqueue(kept);
        }
    }

    /// <summary>The rows in both places.</summary>
    /// <param name="rows">The managed memory, by which searches name them.</param>
    /// <param name="copy">The device's.</param>
    internal sealed class Kept(Memory<float> rows, DeviceArray<float> copy)
    {
        public Memory<float> Rows { get; } = rows;

        public DeviceArray<float> Copy { get; } = copy;
    }
}
