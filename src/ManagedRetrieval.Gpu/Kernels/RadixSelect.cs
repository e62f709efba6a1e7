using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>The k greatest keys, found by a group of threads digit by digit: no scores are sorted.</summary>
/// <remarks>
/// A digit of 4 bits needs one pass over the keys, which counts how many of those that may still be the k-th have each digit. Each
/// thread counts for itself, in shared memory of its own bank: there are no atomic operations, which OpenCL C 1.2 has not as ILGPU
/// writes them. It ends as soon as all keys that share a beginning are wanted; rows are looked at only where scores tie across the k-th place.
/// Every thread of the group must call, with the same arguments.
/// </remarks>
internal static class RadixSelect
{
    private const int DigitBits = 4, Digits = 1 << DigitBits;

    /// <summary>The least key that is among the k greatest; <see cref="ScoreKey.None"/> where there are not so many.</summary>
    public static ulong Threshold<TSource>(TSource source, int k)
        where TSource : struct, IKeySource
    {
        ArrayView<int> counts = SharedMemory.Allocate<int>(Digits * GroupReduce.MostThreads);
        ArrayView<int> sums = SharedMemory.Allocate<int>(Digits);
        ulong beginning = 0;
        int wanted = k;
        for (int shift = 64 - DigitBits; shift >= 0; shift -= DigitBits)
        {
            for (int digit = 0; digit < Digits; digit++)
            {
                counts[(digit * Group.DimX) + Group.IdxX] = 0;
            }

            for (int place = Group.IdxX; place < source.Length; place += Group.DimX)
            {
                // In two steps, since 64 bits cannot be shifted out in one.
                ulong key = source.Key(place), rest = key >> shift;
                if (key != ScoreKey.None && rest >> DigitBits == beginning)
                {
                    counts[((int)(rest & (Digits - 1)) * Group.DimX) + Group.IdxX]++;
                }
            }

            Group.Barrier();
            for (int digit = Group.IdxX; digit < Digits; digit += Group.DimX)
            {
                int sum = 0;
                for (int thread = 0; thread < Group.DimX; thread++)
                {
                    sum += counts[(digit * Group.DimX) + thread];
                }

                sums[digit] = sum;
            }

            Group.Barrier();
            int last = Digits - 1;
            while (last >= 0 && sums[last] < wanted)
            {
                wanted -= sums[last];
                last--;
            }

            if (last < 0)
            {
                return ScoreKey.None;
            }

            beginning = (beginning << DigitBits) | (uint)last;
            if (sums[last] == wanted)
            {
                return beginning << shift;
            }
        }

        return beginning;
    }

    /// <summary>Writes the keys from a threshold on, in an order that the group's size decides, and <see cref="ScoreKey.None"/> after them.</summary>
    /// <param name="source">The keys.</param>
    /// <param name="threshold">At most k keys are not less.</param>
    /// <param name="to">[k].</param>
    /// <param name="start">Where in <paramref name="to"/> to begin.</param>
    /// <param name="k">How many places are written.</param>
    public static void Collect<TSource>(TSource source, ulong threshold, ArrayView<ulong> to, int start, int k)
        where TSource : struct, IKeySource
    {
        ArrayView<int> found = SharedMemory.Allocate<int>(GroupReduce.MostThreads);
        int own = 0;
        for (int place = Group.IdxX; place < source.Length; place += Group.DimX)
        {
            ulong key = source.Key(place);
            if (key != ScoreKey.None && key >= threshold)
            {
                own++;
            }
        }

        found[Group.IdxX] = own;
        Group.Barrier();
        int next = start, all = 0;
        for (int thread = 0; thread < Group.DimX; thread++)
        {
            next += thread < Group.IdxX ? found[thread] : 0;
            all += found[thread];
        }

        for (int place = Group.IdxX; place < source.Length; place += Group.DimX)
        {
            ulong key = source.Key(place);
            if (key != ScoreKey.None && key >= threshold)
            {
                to[next] = key;
                next++;
            }
        }

        for (int place = all + Group.IdxX; place < k; place += Group.DimX)
        {
            to[start + place] = ScoreKey.None;
        }
    }
}
