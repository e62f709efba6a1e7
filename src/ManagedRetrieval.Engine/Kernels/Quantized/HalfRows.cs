using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Rows of <see cref="Half"/>, from floats and back.</summary>
internal static unsafe class HalfRows
{
    /// <summary>Bits by which a float's fraction is longer.</summary>
    private const int Longer = 13;

    /// <summary>Sign, exponent and fraction of a Half that was widened by its sign and shifted.</summary>
    private const int Kept = unchecked((int)0x8FFFE000);

    /// <summary>The exponent of infinities and NaN: first of a Half so shifted, then of a float.</summary>
    private const int GreatestExponent = 0x0F800000, FloatGreatestExponent = 0x7F800000;

    /// <summary>2¹¹²: a float's exponent counts from 127, a Half's from 15. A product, unlike a sum of bits, is right for subnormal ones too.</summary>
    private const float Rebias = 5.192296858534828e33f;

    /// <summary>Bytes by which memory is asked for ahead.</summary>
    private const int Ahead = 4096;

    /// <summary>Rounds to the nearest, to even where two are as near; from 65,520, half a step beyond the greatest, on lies infinity.</summary>
    public static void Narrow(ReadOnlySpan<float> rows, Span<Half> result) => TensorPrimitives.ConvertToHalf(rows, result);

    /// <summary>result[i] = (float)rows[i], exact, for every Half.</summary>
    /// <param name="rows">Any number of elements.</param>
    /// <param name="result">As long; no aliasing.</param>
    /// <param name="strategy">What widens; tests force one.</param>
    public static void Widen(ReadOnlySpan<Half> rows, Span<float> result, ScanStrategy strategy = ScanStrategy.Automatic)
    {
        result = result[..rows.Length];
        fixed (Half* from = rows)
        fixed (float* to = result)
        {
            int done = (strategy == ScanStrategy.Automatic ? ScanStrategies.Widest : strategy) switch
            {
                ScanStrategy.Bits512 => By512((short*)from, to, rows.Length),
                ScanStrategy.Bits256 => By256((short*)from, to, rows.Length),
                ScanStrategy.Bits128 => By128((short*)from, to, rows.Length),
                _ => 0,
            };
            for (int i = done; i < rows.Length; i++)
            {
                to[i] = (float)from[i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int By512(short* from, float* to, int count)
    {
        int i = 0;
        for (; i <= count - (2 * Vector512<float>.Count); i += 2 * Vector512<float>.Count)
        {
            Sse.Prefetch0((byte*)(from + i) + Ahead);
            Floats(Avx512F.ConvertToVector512Int32(Vector256.Load(from + i))).Store(to + i);
            Floats(Avx512F.ConvertToVector512Int32(Vector256.Load(from + i + Vector512<float>.Count))).Store(to + i + Vector512<float>.Count);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int By256(short* from, float* to, int count)
    {
        int i = 0;
        for (; i <= count - (2 * Vector256<float>.Count); i += 2 * Vector256<float>.Count)
        {
            Sse.Prefetch0((byte*)(from + i) + Ahead);
            Floats(Avx2.ConvertToVector256Int32(Vector128.Load(from + i))).Store(to + i);
            Floats(Avx2.ConvertToVector256Int32(Vector128.Load(from + i + Vector256<float>.Count))).Store(to + i + Vector256<float>.Count);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int By128(short* from, float* to, int count)
    {
        int i = 0;
        for (; i <= count - (2 * Vector128<float>.Count); i += 2 * Vector128<float>.Count)
        {
            (Vector128<int> lower, Vector128<int> upper) = Vector128.Widen(Vector128.Load(from + i));
            Floats(lower).Store(to + i);
            Floats(upper).Store(to + i + Vector128<float>.Count);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Floats(Vector512<int> halves)
    {
        Vector512<int> bits = Vector512.ShiftLeft(halves, Longer) & Vector512.Create(Kept), greatest = Vector512.Create(GreatestExponent);
        Vector512<int> special = Vector512.Equals(bits & greatest, greatest) & Vector512.Create(FloatGreatestExponent);
        return ((bits.AsSingle() * Vector512.Create(Rebias)).AsInt32() | special).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Floats(Vector256<int> halves)
    {
        Vector256<int> bits = Vector256.ShiftLeft(halves, Longer) & Vector256.Create(Kept), greatest = Vector256.Create(GreatestExponent);
        Vector256<int> special = Vector256.Equals(bits & greatest, greatest) & Vector256.Create(FloatGreatestExponent);
        return ((bits.AsSingle() * Vector256.Create(Rebias)).AsInt32() | special).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Floats(Vector128<int> halves)
    {
        Vector128<int> bits = Vector128.ShiftLeft(halves, Longer) & Vector128.Create(Kept), greatest = Vector128.Create(GreatestExponent);
        Vector128<int> special = Vector128.Equals(bits & greatest, greatest) & Vector128.Create(FloatGreatestExponent);
        return ((bits.AsSingle() * Vector128.Create(Rebias)).AsInt32() | special).AsSingle();
    }
}
