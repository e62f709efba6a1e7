using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>How fast memory that no cache holds is read and written in order.</summary>
internal static unsafe class MemoryTraffic
{
    /// <summary>256 MB: several times the last cache that two cores have to themselves.</summary>
    private const int Length = 1 << 28;

    /// <summary>Vectors in a step; sums in one vector would wait for each other.</summary>
    private const int Step = 8;

    /// <summary>Memory as every tensor has it, in the pages that the garbage collector uses. In the larger ones that compare.sh lets the peer have, reading is up to a third faster.</summary>
    private static readonly Tensor<float> Memory = Touched();

    /// <summary>1e9 bytes a second that threads read together, each its share: the best of a few runs.</summary>
    public static double ReadRate(int threads) => Rate(threads, &Read);

    /// <summary>1e9 bytes a second that threads write together, each its share, past the caches: the best of a few runs.</summary>
    public static double WriteRate(int threads) => Rate(threads, &Write);

    private static double Rate(int threads, delegate*<Vector512<float>*, Vector512<float>*, void> pass)
    {
        int share = Length / sizeof(Vector512<float>) / threads / Step * Step;
        double best = 0;
        for (int run = 0; run < 3; run++)
        {
            double seconds = AllThreads.Seconds(threads, thread =>
            {
                fixed (float* memory = Memory.Span)
                {
                    Vector512<float>* start = (Vector512<float>*)memory + ((nint)share * thread);
                    pass(start, start + share);
                }
            });
            best = Math.Max(best, (double)share * threads * sizeof(Vector512<float>) / seconds / 1e9);
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

        // The memory holds ones: what is never so keeps the sums alive.
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

    private static Tensor<float> Touched()
    {
        var memory = new Tensor<float>(new Shape(Length / sizeof(float)));
        memory.Span.Fill(1);
        return memory;
    }
}
