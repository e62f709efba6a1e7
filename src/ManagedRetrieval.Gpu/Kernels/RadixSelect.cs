using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>The k greatest keys, found by a group of threads digit by digit: no scores are sorted.</summary>
/// <remarks>
/// A digit of 8 bits needs one pass over the keys, which counts how many of those that may still be the k-th have each
/// digit. Counts are whole numbers, so the order in which threads add does not show. It ends as soon as all keys that share a
/// beginning are wanted; rows are looked at only where scores tie across the k-th place.
/// Every thread of the group must call, with the same arguments.
/// </remarks>
internal static class RadixSelect
{
    private const int DigitBits = 8, Digits = 1 << DigitBits;

    /// <summary>The least key that is among the k greatest; <see cref="ScoreKey.None"/> where there are not so many.</summary>
    public static ulong Threshold<TSource>(TSource source, int k)
        where TSource : struct, IKeySource
    {
        ArrayView<int> counts = SharedMemory.Allocate<int>(Digits);
        ArrayView<int> found = SharedMemory.Allocate<int>(2);
        ulong beginning = 0;
        int wanted = k;
        for (int shift = 64 - DigitBits; shift >= 0; shift -= DigitBits)
        {
            for (int digit = Group.IdxX; digit < Digits; digit += Group.DimX)
            {
                counts[digit] = 0;
            }

            Group.Barrier();
            for (int place = Group.IdxX; place < source.Length; place += Group.DimX)
            {
                // In two steps, since 64 bits cannot be shifted out in one.
                ulong key = source.Key(place), rest = key >> shift;
                if (key != ScoreKey.None && rest >> DigitBits == beginning)
                {
                    Atomic.Add(ref counts[(int)(rest & (Digits - 1))], 1);
                }
            }

            Group.Barrier();
            if (Group.IdxX == 0)
            {
                int above = 0, digit = Digits - 1;
                while (digit >= 0 && above + counts[digit] < wanted)
                {
                    above += counts[digit];
                    digit--;
                }

                found[0] = digit;
                found[1] = above;
            }

            Group.Barrier();
            if (found[0] < 0)
            {
                return ScoreKey.None;
            }

            wanted -= found[1];
            beginning = (beginning << DigitBits) | (uint)found[0];
            if (counts[found[0]] == wanted)
            {
                return beginning << shift;
            }

            Group.Barrier();
        }

        return beginning;
    }

    /// <summary>Writes the keys from a threshold on, in any order, and <see cref="ScoreKey.None"/> after them.</summary>
    /// <param name="source">The keys.</param>
    /// <param name="threshold">At most k keys are not less.</param>
    /// <param name="to">[k].</param>
    /// <param name="start">Where in <paramref name="to"/> to begin.</param>
    /// <param name="k">How many places are written.</param>
    public static void Collect<TSource>(TSource source, ulong threshold, ArrayView<ulong> to, int start, int k)
        where TSource : struct, IKeySource
    {
        ArrayView<int> filled = SharedMemory.Allocate<int>(1);
        if (Group.IdxX == 0)
        {
            filled[0] = 0;
        }

        Group.Barrier();
        for (int place = Group.IdxX; place < source.Length; place += Group.DimX)
        {
            ulong key = source.Key(place);
            if (key != ScoreKey.None && key >= threshold)
            {
                to[start + Atomic.Add(ref filled[0], 1)] = key;
            }
        }

        Group.Barrier();
        for (int place = filled[0] + Group.IdxX; place < k; place += Group.DimX)
        {
            to[start + place] = ScoreKey.None;
        }
    }
}
