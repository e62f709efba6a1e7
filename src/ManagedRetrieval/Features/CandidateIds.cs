using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ManagedRetrieval.Checks;

namespace ManagedRetrieval.Features;

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

    /// <summary>The ids; empty where they are not of type <see cref="int"/>.</summary>
    internal ReadOnlySpan<int> Ints => _ints.Span;

    /// <summary>The ids; empty where they are not of type <see cref="long"/>.</summary>
    internal ReadOnlySpan<long> Longs => _longs.Span;

    /// <summary>The ids; empty where they are not of type <see cref="string"/>.</summary>
    internal ReadOnlySpan<string> Strings => _strings.Span;

    /// <summary>Names candidates by integers.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "The constructor is the named form.")]
    public static implicit operator CandidateIds(int[] ids) => new((ReadOnlyMemory<int>)ids);

    /// <summary>Names candidates by long integers.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "The constructor is the named form.")]
    public static implicit operator CandidateIds(long[] ids) => new((ReadOnlyMemory<long>)ids);

    /// <summary>Names candidates by strings, compared ordinally.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "The constructor is the named form.")]
    public static implicit operator CandidateIds(string[] ids) => new((ReadOnlyMemory<string>)ids);

    /// <summary>Refuses ids of which one is null.</summary>
    internal void ThrowIfNull(string argument)
    {
        if (_strings.Span.IndexOf((string)null!) is >= 0 and var position)
        {
            throw Argument.HoldsNull(argument, position);
        }
    }

    /// <summary>Whether an id here is the same as one of another batch of the same type.</summary>
    internal bool AreSame(int index, CandidateIds other, int otherIndex) =>
        !_ints.IsEmpty ? _ints.Span[index] == other._ints.Span[otherIndex]
        : !_longs.IsEmpty ? _longs.Span[index] == other._longs.Span[otherIndex]
        : string.Equals(_strings.Span[index], other._strings.Span[otherIndex], StringComparison.Ordinal);

    /// <summary>The type of the ids in words; "none" where there are none.</summary>
    internal string TypeName => !_ints.IsEmpty ? "int" : !_longs.IsEmpty ? "long" : !_strings.IsEmpty ? "string" : "none";

    /// <summary>The first ids.</summary>
    internal CandidateIds Take(int count) =>
        !_ints.IsEmpty ? new(_ints[..count])
        : !_longs.IsEmpty ? new(_longs[..count])
        : new(_strings[..count]);

    /// <summary>An id as text, for messages.</summary>
    internal string Describe(int index) =>
        !_ints.IsEmpty ? _ints.Span[index].ToString(CultureInfo.InvariantCulture)
        : !_longs.IsEmpty ? _longs.Span[index].ToString(CultureInfo.InvariantCulture)
        : $"'{_strings.Span[index]}'";

    /// <summary>A hash within this process, best in its highest bits; ids that are the same have the same one.</summary>
    /// <remarks>
    /// Integers are multiplied by 2⁶⁴ divided by the golden ratio (Knuth, TAOCP 3, 6.4), which carries every bit of an id
    /// up: ids that share their low bits, as shifted or strided ones do, still spread over the highest.
    /// </remarks>
    internal uint HashAt(int index) =>
        !_ints.IsEmpty ? Spread((ulong)_ints.Span[index])
        : !_longs.IsEmpty ? Spread((ulong)_longs.Span[index])
        : (uint)(_strings.Span[index]?.GetHashCode(StringComparison.Ordinal) ?? 0);

    private static uint Spread(ulong id) => (uint)((id * 0x9E3779B97F4A7C15) >> 32);
}
