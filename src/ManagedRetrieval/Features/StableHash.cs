namespace ManagedRetrieval.Features;

/// <summary>A seeded 64-bit hash of text that is the same on every machine, process and version.</summary>
/// <remarks>
/// FNV-1a over the UTF-16 code units (http://www.isthe.com/chongo/tech/comp/fnv/), started from the mixed seed and
/// finished with the SplitMix64 finaliser (Steele, Lea and Flood, OOPSLA 2014), because FNV alone leaves the high
/// bits of short texts almost unmixed. Not for cryptographic use.
/// </remarks>
public static class StableHash
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    /// <summary>Hashes <paramref name="text"/> under <paramref name="seed"/>.</summary>
    public static ulong Of(ReadOnlySpan<char> text, ulong seed = 0) => Finish(Append(Start(seed), text));

    /// <summary>Hashes a number under <paramref name="seed"/>.</summary>
    public static ulong Of(long value, ulong seed = 0) => Mix((ulong)value ^ Mix(seed));

    /// <summary>Maps a hash to 0 ≤ bucket &lt; <paramref name="buckets"/> by its high bits, without a division.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="buckets"/> is not positive.</exception>
    public static int Bucket(ulong hash, int buckets)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(buckets);
        return (int)Math.BigMul(hash, (ulong)buckets, out _);
    }

    /// <summary>The state before the first character: for text that comes in pieces.</summary>
    internal static ulong Start(ulong seed) => FnvOffset ^ Mix(seed);

    /// <summary>The state after <paramref name="text"/>, which may be a piece of the whole.</summary>
    internal static ulong Append(ulong state, ReadOnlySpan<char> text)
    {
        foreach (char unit in text)
        {
            state = Append(state, unit);
        }

        return state;
    }

    /// <summary>The state after one more code unit.</summary>
    internal static ulong Append(ulong state, char unit) => (state ^ unit) * FnvPrime;

    /// <summary>The hash of everything appended: what <see cref="Of(ReadOnlySpan{char}, ulong)"/> gives for the whole.</summary>
    internal static ulong Finish(ulong state) => Mix(state);

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
