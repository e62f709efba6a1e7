using System.Diagnostics.CodeAnalysis;

namespace ManagedRetrieval.Tasks;

/// <summary>One identifier for each candidate of a batch: <see cref="int"/>, <see cref="long"/> or <see cref="string"/>.</summary>
public readonly struct CandidateIds
{
    private readonly ReadOnlyMemory<int> _ints;
    private readonly ReadOnlyMemory<long> _longs;
    private readonly ReadOnlyMemory<string> _strings;

    /// <summary>Names candidates by integers.</summary>
    public CandidateIds(ReadOnlyMemory<int> ids) => (_ints, Count) = (ids, ids.Length);

    /// <summary>Names candidates by long integers.</summary>
    public CandidateIds(ReadOnlyMemory<long> ids) => (_longs, Count) = (ids, ids.Length);

    /// <summary>Names candidates by strings, compared ordinally.</summary>
    public CandidateIds(ReadOnlyMemory<string> ids) => (_strings, Count) = (ids, ids.Length);

    /// <summary>The number of candidates; 0 where no ids were given.</summary>
    public int Count { get; }

    /// <summary>Names candidates by integers.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "The constructor is the named form.")]
    public static implicit operator CandidateIds(int[] ids) => new((ReadOnlyMemory<int>)ids);

    /// <summary>Names candidates by long integers.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "The constructor is the named form.")]
    public static implicit operator CandidateIds(long[] ids) => new((ReadOnlyMemory<long>)ids);

    /// <summary>Names candidates by strings, compared ordinally.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "The constructor is the named form.")]
    public static implicit operator CandidateIds(string[] ids) => new((ReadOnlyMemory<string>)ids);

    internal bool AreSame(int first, int second) =>
        !_ints.IsEmpty ? _ints.Span[first] == _ints.Span[second]
        : !_longs.IsEmpty ? _longs.Span[first] == _longs.Span[second]
        : string.Equals(_strings.Span[first], _strings.Span[second], StringComparison.Ordinal);

    /// <summary>A hash within this process; ids that are the same have the same one.</summary>
    internal int HashAt(int index) =>
        !_ints.IsEmpty ? _ints.Span[index] * -1640531527
        : !_longs.IsEmpty ? _longs.Span[index].GetHashCode() * -1640531527
        : _strings.Span[index]?.GetHashCode(StringComparison.Ordinal) ?? 0;
}
