using System.Diagnostics;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>Where the time of a tape's passes goes: give one to <see cref="Tape{T}.Profile"/>, and it adds up from then on.</summary>
/// <remarks>Once each op was seen, measuring allocates nothing. It is for one tape at a time.</remarks>
public sealed class TapeProfile
{
    private readonly Dictionary<Type, Entry> _entries = [];

    /// <summary>The ops so far, those first that took longest, forward and backward together.</summary>
    public IReadOnlyList<OpTime> Times() => _entries.Values
        .Select(entry => new OpTime(entry.Name, entry.Calls, Stopwatch.GetElapsedTime(0, entry.Forward), Stopwatch.GetElapsedTime(0, entry.Backward)))
        .OrderByDescending(time => time.Total)
        .ThenBy(time => time.Op, StringComparer.Ordinal)
        .ToList()
        .AsReadOnly();

    /// <summary>Forgets what was measured.</summary>
    public void Clear() => _entries.Clear();

    /// <summary>Now, in the unit of what is added.</summary>
    internal static long Now() => Stopwatch.GetTimestamp();

    internal void AddForward(Type op, long start)
    {
        Entry entry = Of(op);
        entry.Forward += Now() - start;
        entry.Calls++;
    }

    internal void AddBackward(Type op, long start) => Of(op).Backward += Now() - start;

    private Entry Of(Type op)
    {
        if (!_entries.TryGetValue(op, out Entry? entry))
        {
            _entries.Add(op, entry = new Entry(op.Name.Split('`')[0]));
        }

        return entry;
    }

    private sealed class Entry(string name)
    {
        public string Name { get; } = name;

        public long Calls { get; set; }

        public long Forward { get; set; }

        public long Backward { get; set; }
    }
}
