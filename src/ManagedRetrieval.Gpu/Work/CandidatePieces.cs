using ILGPU;
using ManagedRetrieval.Gpu.Devices;

namespace ManagedRetrieval.Gpu.Work;

/// <summary>The candidates on the device, piece by piece: as they are kept, or copied in turn to two places, one of which is read while the other is filled.</summary>
internal readonly struct CandidatePieces : IDisposable
{
    private readonly GpuDevice _device;
    private readonly DeviceArray<float>? _kept;
    private readonly DeviceArray<float>? _even;
    private readonly DeviceArray<float>? _odd;
    private readonly int _width;
    private readonly int _piece;

    /// <param name="device">Where they are.</param>
    /// <param name="kept">All candidates; null where they are to be copied.</param>
    /// <param name="width">Elements of a candidate.</param>
    /// <param name="piece">Candidates of a piece, but maybe the last.</param>
    /// <param name="pieces">How many pieces there are.</param>
    public CandidatePieces(GpuDevice device, DeviceArray<float>? kept, int width, int piece, int pieces)
    {
        (_device, _kept, _width, _piece) = (device, kept, width, piece);
        if (kept is null)
        {
            _even = device.Rent<float>(checked(piece * width));
            try
            {
                _odd = pieces > 1 ? device.Rent<float>(piece * width) : null;
            }
            catch (Exception)
            {
                _even.Value.Dispose();
                throw;
            }
        }
    }

    /// <summary>Copies a piece, where nothing is kept, while kernels read the one before.</summary>
    public void Copy(ReadOnlySpan<float> candidates, int number)
    {
        if (_kept is null)
        {
            int start = number * _piece * _width;
            _device.WriteAhead(candidates.Slice(start, Math.Min(_piece * _width, candidates.Length - start)), Place(number).View);
        }
    }

    /// <summary>The first so many candidates of a piece.</summary>
    public ArrayView<float> View(int number, int count) =>
        _kept is { } kept ? kept.View.SubView(number * _piece * _width, count * _width) : Place(number).View.SubView(0, count * _width);

    /// <inheritdoc/>
    public void Dispose()
    {
        _even?.Dispose();
        _odd?.Dispose();
    }

    private DeviceArray<float> Place(int number) => number % 2 == 0 ? _even!.Value : _odd!.Value;
}
