using ManagedRetrieval.Features;

namespace ManagedRetrieval.Sampling;

/// <summary>Room for ids of one kind, which the first ids decide.</summary>
internal sealed class IdWindow(int length)
{
    private int[]? _ints;
    private long[]? _longs;
    private string[]? _strings;

    /// <summary>The kind that was decided; null before.</summary>
    public string? Kind => _ints is not null ? "int" : _longs is not null ? "long" : _strings is not null ? "string" : null;

    /// <summary>The kind of ids, of which there is at least one.</summary>
    public static string KindOf(CandidateIds ids) => !ids.Ints.IsEmpty ? "int" : !ids.Longs.IsEmpty ? "long" : "string";

    /// <summary>Copies the ids of the same kind from <paramref name="from"/> on to position <paramref name="at"/>.</summary>
    public void Write(CandidateIds ids, int from, int at)
    {
        if (!ids.Ints.IsEmpty)
        {
            ids.Ints[from..].CopyTo((_ints ??= new int[length]).AsSpan(at));
        }
        else if (!ids.Longs.IsEmpty)
        {
            ids.Longs[from..].CopyTo((_longs ??= new long[length]).AsSpan(at));
        }
        else
        {
            ids.Strings[from..].CopyTo((_strings ??= new string[length]).AsSpan(at));
        }
    }

    /// <summary>Moves a range to the front.</summary>
    public void MoveToFront(int start, int count)
    {
        _ints?.AsSpan(start, count).CopyTo(_ints);
        _longs?.AsSpan(start, count).CopyTo(_longs);
        _strings?.AsSpan(start, count).CopyTo(_strings);
    }

    /// <summary>The ids of a range.</summary>
    public CandidateIds Slice(int start, int count) =>
        _ints is not null ? new CandidateIds(_ints.AsMemory(start, count))
        : _longs is not null ? new CandidateIds(_longs.AsMemory(start, count))
        : _strings is not null ? new CandidateIds(_strings.AsMemory(start, count))
        : default;

    /// <summary>Lets go of the texts; the kind stays.</summary>
    public void Clear() => _strings?.AsSpan().Clear();
}
