using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Scores rows of bytes, here and there among others, against a query as it is.</summary>
/// <remarks>
/// score = bias + scale · Σ over d of query[d] · row[d]: the sum is one chain of fused multiply-adds over ascending d from 0,
/// and one more takes in scale and bias. Rows go side by side in lanes, so that chains do not wait for each other, and
/// cannot be seen in each other's results.
/// </remarks>
internal static unsafe class Int8Dot
{
    /// <summary>Rows side by side: two registers of 256 bits.</summary>
    private const int Rows = 16;

    /// <summary>Elements of a row that are loaded at once.</summary>
    private const int Loaded = 16;

    private const int Line = 64;

    /// <summary>result[i] becomes the score of row numbers[i], with what it held as the bias.</summary>
    /// <param name="query">[depth].</param>
    /// <param name="rows">[rows, depth].</param>
    /// <param name="scales">Of the rows.</param>
    /// <param name="numbers">Rows; the same ones may occur again.</param>
    /// <param name="result">As many as <paramref name="numbers"/>.</param>
    /// <param name="strategy">What sums; tests force one.</param>
    public static void Run(
        ReadOnlySpan<float> query,
        ReadOnlySpan<sbyte> rows,
        ReadOnlySpan<float> scales,
        ReadOnlySpan<int> numbers,
        Span<float> result,
        ScanStrategy strategy = ScanStrategy.Automatic)
    {
        int depth = query.Length;
        sbyte** places = stackalloc sbyte*[Rows];
        float* sums = stackalloc float[Rows];
        bool inLanes = InLanes(strategy);
        fixed (float* x = query)
        fixed (sbyte* first = rows)
        {
            Ask(numbers[..Math.Min(Rows, numbers.Length)], first, depth);
            for (int start = 0; start < numbers.Length; start += Rows)
            {
                ReadOnlySpan<int> some = numbers.Slice(start, Math.Min(Rows, numbers.Length - start));
                for (int i = 0; i < some.Length; i++)
                {
                    places[i] = first + ((nint)some[i] * depth);
                }

                ReadOnlySpan<int> next = numbers[(start + some.Length)..];
                Ask(next[..Math.Min(Rows, next.Length)], first, depth);
                Sum(x, depth, places, some.Length, sums, inLanes);
                Finish(new ReadOnlySpan<float>(sums, some.Length), some, scales, result[start..]);
            }
        }
    }

    /// <summary>The same of packed rows, each of which is gathered from all over its group first.</summary>
    /// <param name="query">[depth].</param>
    /// <param name="packed">As <see cref="Int8Rows.Pack"/> leaves them.</param>
    /// <param name="scales">Of the rows.</param>
    /// <param name="numbers">Rows; the same ones may occur again.</param>
    /// <param name="result">As many as <paramref name="numbers"/>.</param>
    /// <param name="strategy">What sums; tests force one.</param>
    public static void RunPacked(
        ReadOnlySpan<float> query,
        ReadOnlySpan<byte> packed,
        ReadOnlySpan<float> scales,
        ReadOnlySpan<int> numbers,
        Span<float> result,
        ScanStrategy strategy = ScanStrategy.Automatic)
    {
        int depth = query.Length;
        sbyte** places = stackalloc sbyte*[Rows];
        float* sums = stackalloc float[Rows];
        bool inLanes = InLanes(strategy);
        using var scratch = new Scratch<sbyte>(Rows * depth);
        fixed (float* x = query)
        fixed (byte* bytes = packed)
        fixed (sbyte* gathered = scratch.Span)
        {
            for (int start = 0; start < numbers.Length; start += Rows)
            {
                ReadOnlySpan<int> some = numbers.Slice(start, Math.Min(Rows, numbers.Length - start));
                ReadOnlySpan<int> next = numbers[(start + some.Length)..];
                AskPacked(next[..Math.Min(Rows, next.Length)], bytes, depth);
                for (int i = 0; i < some.Length; i++)
                {
                    places[i] = gathered + ((nint)i * depth);
                    Int8Rows.CopyRow(packed, some[i], new Span<sbyte>(places[i], depth));
                }

                Sum(x, depth, places, some.Length, sums, inLanes);
                Finish(new ReadOnlySpan<float>(sums, some.Length), some, scales, result[start..]);
            }
        }
    }

    private static bool InLanes(ScanStrategy strategy) =>
        Fma.IsSupported && Avx2.IsSupported && strategy is ScanStrategy.Automatic or ScanStrategy.Bits256 or ScanStrategy.Bits512;

    /// <summary>Asks for rows' memory.</summary>
    private static void Ask(ReadOnlySpan<int> numbers, sbyte* rows, int depth)
    {
        foreach (int number in numbers)
        {
            sbyte* row = rows + ((nint)number * depth);
            for (int line = 0; Sse.IsSupported && line < depth; line += Line)
            {
                Sse.Prefetch0(row + line);
            }
        }
    }

    /// <summary>The same for packed rows, each of which lies in as many lines as it has fours.</summary>
    private static void AskPacked(ReadOnlySpan<int> numbers, byte* packed, int depth)
    {
        nint padded = Int8Rows.Padded(depth);
        foreach (int number in numbers)
        {
            byte* group = packed + (number / Int8Rows.GroupRows * Int8Rows.GroupRows * padded);
            for (nint line = 0; Sse.IsSupported && line < Int8Rows.GroupRows * padded; line += Line)
            {
                Sse.Prefetch0(group + line);
            }
        }
    }

    private static void Finish(ReadOnlySpan<float> sums, ReadOnlySpan<int> numbers, ReadOnlySpan<float> scales, Span<float> result)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            result[i] = MathF.FusedMultiplyAdd(sums[i], scales[numbers[i]], result[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum(float* x, int depth, sbyte** places, int count, float* sums, bool inLanes)
    {
        int d = 0;
        new Span<float>(sums, Rows).Clear();
        if (inLanes)
        {
            // Lanes that have no row take another's.
            for (int i = count; i < Rows; i++)
            {
                places[i] = places[0];
            }

            Vector256<float> low = default, high = default;
            for (; d <= depth - Loaded; d += Loaded)
            {
                low = Steps(x + d, places, d, low);
                high = Steps(x + d, places + 8, d, high);
            }

            low.Store(sums);
            high.Store(sums + 8);
        }

        for (; d < depth; d++)
        {
            for (int i = 0; i < count; i++)
            {
                sums[i] = MathF.FusedMultiplyAdd(x[d], places[i][d], sums[i]);
            }
        }
    }

    /// <summary>Sixteen steps of eight rows' chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Steps(float* x, sbyte** places, int d, Vector256<float> sums)
    {
        // Rows 0 to 3 lie in the lower halves, rows 4 to 7 in the upper ones; interleaved twice, each lane has four elements of its row.
        Vector256<int> r0 = Pair(places[0] + d, places[4] + d), r1 = Pair(places[1] + d, places[5] + d);
        Vector256<int> r2 = Pair(places[2] + d, places[6] + d), r3 = Pair(places[3] + d, places[7] + d);
        Vector256<long> low01 = Avx2.UnpackLow(r0, r1).AsInt64(), high01 = Avx2.UnpackHigh(r0, r1).AsInt64();
        Vector256<long> low23 = Avx2.UnpackLow(r2, r3).AsInt64(), high23 = Avx2.UnpackHigh(r2, r3).AsInt64();
        sums = FourSteps(x, Avx2.UnpackLow(low01, low23).AsInt32(), sums);
        sums = FourSteps(x + 4, Avx2.UnpackHigh(low01, low23).AsInt32(), sums);
        sums = FourSteps(x + 8, Avx2.UnpackLow(high01, high23).AsInt32(), sums);
        return FourSteps(x + 12, Avx2.UnpackHigh(high01, high23).AsInt32(), sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FourSteps(float* x, Vector256<int> elements, Vector256<float> sums)
    {
        sums = Step(x[0], Vector256.ShiftLeft(elements, 24), sums);
        sums = Step(x[1], Vector256.ShiftLeft(elements, 16), sums);
        sums = Step(x[2], Vector256.ShiftLeft(elements, 8), sums);
        return Step(x[3], elements, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Step(float x, Vector256<int> highest, Vector256<float> sums) =>
        Fma.MultiplyAdd(Vector256.Create(x), Vector256.ConvertToSingle(Vector256.ShiftRightArithmetic(highest, 24)), sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Pair(sbyte* lower, sbyte* upper) => Vector256.Create(Vector128.Load(lower), Vector128.Load(upper)).AsInt32();
}
