using ManagedRetrieval.Gpu.Devices;

namespace ManagedRetrieval.Gpu.Work;

/// <summary>What one piece of candidates needs: scores of so many queries as fit, and their best by ranges.</summary>
internal readonly struct TopKScratch : IDisposable
{
    private readonly DeviceArray<float>? _ofHeads;
    private readonly DeviceArray<int>? _bestHeads;

    /// <param name="device">Where.</param>
    /// <param name="step">The search.</param>
    /// <param name="count">Candidates of the piece.</param>
    /// <param name="smallestRange">Candidates of a range, at least.</param>
    public TopKScratch(GpuDevice device, in TopKStep step, int count, int smallestRange)
    {
        Block = Math.Clamp(device.Limits.Scores / (count * step.Heads), 1, step.Queries);

        // Several groups for each multiprocessor keep it busy; ranges serve where queries are too few for that.
        const int GroupsOfMultiprocessor = 4;
        int wanted = Math.Clamp(GroupsOfMultiprocessor * device.Multiprocessors / Block, 1, count / smallestRange);
        RangeLength = ((count - 1) / wanted) + 1;
        Ranges = ((count - 1) / RangeLength) + 1;
        Scores = device.Rent<float>(Block * count);
        Found = default;
        try
        {
            Found = device.Rent<ulong>(checked(Block * Ranges * step.K));
            _ofHeads = step.Heads > 1 ? device.Rent<float>(checked(Block * step.Heads * count)) : null;
            _bestHeads = step.Heads > 1 ? device.Rent<int>(Block * count) : null;
        }
        catch (Exception)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Queries at a time.</summary>
    public int Block { get; }

    /// <summary>Ranges of the piece.</summary>
    public int Ranges { get; }

    /// <summary>Candidates of a range, but maybe the last.</summary>
    public int RangeLength { get; }

    /// <summary>[block, count].</summary>
    public DeviceArray<float> Scores { get; }

    /// <summary>[block, ranges, k].</summary>
    public DeviceArray<ulong> Found { get; }

    /// <summary>[block, heads, count], where there are several heads.</summary>
    public DeviceArray<float> OfHeads => _ofHeads!.Value;

    /// <summary>[block, count], likewise.</summary>
    public DeviceArray<int> BestHeads => _bestHeads!.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        Scores.Dispose();
        Found.Dispose();
        _ofHeads?.Dispose();
        _bestHeads?.Dispose();
    }
}
