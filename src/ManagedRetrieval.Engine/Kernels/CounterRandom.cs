namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Random numbers as a pure function of seed, stream and position.</summary>
/// <remarks>
/// Formula: the SplitMix64 finaliser (Steele, Lea and Flood, OOPSLA 2014) applied to the position counted from a start
/// that is itself a finalised mix of seed and stream. With no state to advance, any worker may draw any position.
/// </remarks>
internal readonly struct CounterRandom(ulong seed, ulong stream)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private readonly ulong _start = Mix(Mix(seed + Golden) ^ (stream * 0xD1342543DE82EF95));

    /// <summary>64 random bits.</summary>
    public ulong Bits(ulong position) => Mix(_start + (position * Golden));

    /// <summary>A number that is uniform in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double Uniform(ulong position) => (Bits(position) >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer that is uniform in [0, <paramref name="bound"/>); biased by less than bound · 2⁻⁶⁴.</summary>
    public int Below(int bound, ulong position) => (int)Math.BigMul(Bits(position), (ulong)bound, out _);

    /// <summary>Puts <paramref name="values"/> into a random order (Fisher and Yates).</summary>
    public void Shuffle<TValue>(Span<TValue> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1, (ulong)i);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
