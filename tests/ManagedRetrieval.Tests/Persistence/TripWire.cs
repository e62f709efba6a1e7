using System.Buffers;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>Memory that does something when it is looked at for the given time.</summary>
internal sealed class TripWire(int length, int looks, Action trip) : MemoryManager<float>
{
    private readonly float[] _values = new float[length];
    private int _seen;

    /// <summary>Whether looks count.</summary>
    public bool Armed { get; set; } = true;

    public bool Tripped => _seen >= looks;

    /// <summary>Starts to count again.</summary>
    public void Reset() => _seen = 0;

    public override Memory<float> Memory => CreateMemory(length);

    public override Span<float> GetSpan()
    {
        if (Armed && ++_seen == looks)
        {
            trip();
        }

        return _values;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
