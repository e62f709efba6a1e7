using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>How fast memory that no cache holds is read and written in order.</summary>
internal static unsafe class MemoryTraffic
{
    /// <summary>256 MB: several times the last cache that two cores have to themselves.</summary>
    private const nuint Length = 1 << 28;

    /// <summary>Vectors in a step; sums in one vector would wait for each other.</summary>
    private const int Step = 8;

    private static readonly Vector512<float>* Memory = Allocate();

    /// <summary>1e9 bytes a second that a thread reads of its share: the best of a few runs.</summary>
    public static double ReadRate(int thread, int threads) => Rate(thread, threads, &Read);

    /// <summary>1e9 bytes a second that a thread writes to its share, past the caches: the best of a few runs.</summary>
    public static double WriteRate(int thread, int threads) => Rate(thread, threads, &Write);

    private static double Rate(int thread, int threads, delegate*<Vector512<float>*, Vector512<float>*, void> pass)
    {
        nuint share = Length / (nuint)sizeof(Vector512<float>) / (nuint)threads / Step * Step;
        Vector512<float>* start = Memory + (share * (nuint)thread);
        double best = 0;
        for (int run = 0; run < 3; run++)
        {
            long clock = Stopwatch.GetTimestamp();
            pass(start, start + share);
            best = Math.Max(best, share * (double)sizeof(Vector512<float>) / Stopwatch.GetElapsedTime(clock).TotalSeconds / 1e9);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Read(Vector512<float>* start, Vector512<float>* end)
    {
        Vector512<float> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        for (Vector512<float>* p = start; p < end; p += Step)
        {
            a += p[0];
            b += p[1];
            c += p[2];
            d += p[3];
            e += p[4];
            f += p[5];
            g += p[6];
            h += p[7];
        }

        // The memory holds zeros or ones: what is never so keeps the sums alive.
        if (Vector512.Sum(a + b + c + d + e + f + g + h) < 0)
        {
            *start = a;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Write(Vector512<float>* start, Vector512<float>* end)
    {
        Vector512<float> ones = Vector512<float>.One;
        for (Vector512<float>* p = start; p < end; p += Step)
        {
            for (int i = 0; i < Step; i++)
            {
                Vector512.StoreAlignedNonTemporal(ones, (float*)(p + i));
            }
        }
    }

    private static Vector512<float>* Allocate()
    {
        void* memory = NativeMemory.AlignedAlloc(Length, 64);
        NativeMemory.Clear(memory, Length);
        return (Vector512<float>*)memory;
    }
}
