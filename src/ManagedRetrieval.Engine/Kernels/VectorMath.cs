using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Element-wise functions that <c>TensorPrimitives</c> does not have in a form that keeps its digits.</summary>
/// <remarks>
/// An element's result depends on the element alone, not on its place or on what stands beside it. The result may be
/// the input itself. NaN stays NaN. Nothing is allocated.
/// </remarks>
internal static class VectorMath
{
    /// <summary>Elements worked on at once: 8 KiB of doubles in four blocks, which stay in the first cache, and enough to make a call cheap.</summary>
    private const int Block = 256;

    /// <summary>
    /// Blocks are filled up to a multiple of the 16 floats of 512 bits: what <c>TensorPrimitives</c> finds left over from
    /// whole vectors it computes by scalar code, with other last bits.
    /// </summary>
    private const int Whole = 16;

    /// <summary>
    /// ln(1 + e^x) = max(x, 0) + ln(1 + e^(−|x|)), for every x: 0 at −∞, +∞ at +∞, and e^x with all its digits far below 0.
    /// </summary>
    public static void Softplus<T>(ReadOnlySpan<T> x, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = Filled(Math.Min(Block, x.Length));
        Span<T> inputs = stackalloc T[length];
        Span<T> logarithms = stackalloc T[length];
        Span<T> squares = stackalloc T[length];
        Span<T> series = stackalloc T[length];
        for (int start = 0; start < x.Length; start += Block)
        {
            int count = Math.Min(Block, x.Length - start);
            int whole = Filled(x.Slice(start, count), inputs);
            Decay<T>(inputs[..whole], logarithms[..whole]);
            LogOnePlus(logarithms[..whole], squares[..whole], series[..whole]);
            TensorPrimitives.Max(inputs[..whole], T.Zero, inputs[..whole]);
            TensorPrimitives.Add(inputs[..count], logarithms[..count], result.Slice(start, count));
        }
    }

    /// <summary>The same of one number, with the same bits.</summary>
    public static T Softplus<T>(T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var one = new Span<T>(ref x);
        Softplus<T>(one, one);
        return x;
    }

    /// <summary>1 / (1 + e^(−x)), for every x: 0 at −∞, 1 at +∞, and e^x with all its digits far below 0.</summary>
    /// <remarks>With e = e^(−|x|), which cannot overflow, it is 1 / (1 + e) above 0 and e / (1 + e) below.</remarks>
    public static void Sigmoid<T>(ReadOnlySpan<T> x, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = Filled(Math.Min(Block, x.Length));
        Span<T> inputs = stackalloc T[length];
        Span<T> decays = stackalloc T[length];
        Span<T> halves = stackalloc T[length];
        T half = T.CreateChecked(0.5);
        halves.Fill(half);
        for (int start = 0; start < x.Length; start += Block)
        {
            int count = Math.Min(Block, x.Length - start);
            int whole = Filled(x.Slice(start, count), inputs);
            Span<T> numerators = inputs[..whole];
            Span<T> denominators = decays[..whole];
            Decay<T>(numerators, denominators);

            // ±½ + ½ is 1 above 0 and 0 below, so that its maximum with e ≤ 1 is the numerator.
            TensorPrimitives.CopySign(halves[..whole], numerators, numerators);
            TensorPrimitives.Add(numerators, half, numerators);
            TensorPrimitives.Max(numerators, denominators, numerators);
            TensorPrimitives.Add(denominators, T.One, denominators);
            TensorPrimitives.Divide(numerators[..count], denominators[..count], result.Slice(start, count));
        }
    }

    /// <summary>The same of one number, with the same bits.</summary>
    public static T Sigmoid<T>(T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var one = new Span<T>(ref x);
        Sigmoid<T>(one, one);
        return x;
    }

    /// <summary>tanh x, for every x: ±1 at ±∞, and all the digits of a small x.</summary>
    /// <remarks>
    /// With e = e^(−2|x|) it is ±(1 − e)/(1 + e), whose difference keeps its digits from |x| = ½ on, being at least 0.63
    /// there. Below, the difference would cancel: there it is a <see cref="LambertFraction"/>.
    /// </remarks>
    public static void Tanh<T>(ReadOnlySpan<T> x, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = Filled(Math.Min(Block, x.Length));
        Span<T> inputs = stackalloc T[length];
        Span<T> ratios = stackalloc T[length];
        Span<T> others = stackalloc T[length];
        Span<T> fractions = stackalloc T[length];
        T half = T.CreateChecked(0.5);
        for (int start = 0; start < x.Length; start += Block)
        {
            int count = Math.Min(Block, x.Length - start);
            int whole = Filled(x.Slice(start, count), inputs);
            TensorPrimitives.Add(inputs[..whole], inputs[..whole], others[..whole]);
            Decay<T>(others[..whole], ratios[..whole]);
            TensorPrimitives.Subtract(T.One, ratios[..whole], others[..whole]);
            TensorPrimitives.Add(ratios[..whole], T.One, ratios[..whole]);
            TensorPrimitives.Divide(others[..whole], ratios[..whole], ratios[..whole]);
            TensorPrimitives.CopySign(ratios[..whole], inputs[..whole], ratios[..whole]);
            LambertFraction(inputs[..whole], others[..whole], fractions[..whole]);
            Span<T> results = result.Slice(start, count);
            for (int i = 0; i < results.Length; i++)
            {
                results[i] = T.Abs(inputs[i]) < half ? fractions[i] : ratios[i];
            }
        }
    }

    /// <summary>The same of one number, with the same bits.</summary>
    public static T Tanh<T>(T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var one = new Span<T>(ref x);
        Tanh<T>(one, one);
        return x;
    }

    /// <summary>Copies <paramref name="x"/> and fills up with zeros to whole vectors.</summary>
    /// <returns>The length with the zeros.</returns>
    private static int Filled<T>(ReadOnlySpan<T> x, Span<T> block)
        where T : unmanaged
    {
        int whole = Filled(x.Length);
        x.CopyTo(block);
        block[x.Length..whole].Clear();
        return whole;
    }

    private static int Filled(int length) => (length + Whole - 1) / Whole * Whole;

    /// <summary>e^(−|x|).</summary>
    private static void Decay<T>(ReadOnlySpan<T> x, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.Abs(x, result);
        TensorPrimitives.Negate(result, result);
        SoftmaxRow.Exponential<T>(result, result);
    }

    /// <summary>ln(1 + u) for u from 0 to 1, in place, with all the digits of a small u.</summary>
    /// <remarks>
    /// ln(1 + u) = 2 artanh(s) = 2s · (1 + s²/3 + s⁴/5 + …) with s = u / (2 + u) ≤ 1/3. The first term left out is at
    /// most 9^−16 / 33 = 2e-17 in double and 9^−8 / 17 = 1e-9 in float, a tenth of the unit roundoff or less in both.
    /// </remarks>
    private static void LogOnePlus<T>(Span<T> u, Span<T> squares, Span<T> series)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.Add(u, T.CreateChecked(2), squares);
        TensorPrimitives.Add(u, u, u);
        TensorPrimitives.Divide(u, squares, u);
        TensorPrimitives.Multiply(u, T.CreateChecked(0.5), squares);
        TensorPrimitives.Multiply(squares, squares, squares);
        int terms = typeof(T) == typeof(float) ? 8 : 16;
        series.Fill(T.One / T.CreateChecked((2 * terms) - 1));
        for (int term = terms - 2; term >= 0; term--)
        {
            TensorPrimitives.FusedMultiplyAdd(series, squares, T.One / T.CreateChecked((2 * term) + 1), series);
        }

        TensorPrimitives.Multiply(u, series, u);
    }

    /// <summary>tanh x = x/(1 + x²/(3 + x²/(5 + …))) for |x| &lt; ½; all terms have one sign, so nothing cancels.</summary>
    /// <remarks>
    /// Lambert's continued fraction. Ended at 15, its relative error at ½ is 2e-19 in double, and ended at 9, 9e-11 in
    /// float: a hundredth of the unit roundoff or less in both.
    /// </remarks>
    private static void LambertFraction<T>(ReadOnlySpan<T> x, Span<T> squares, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int last = typeof(T) == typeof(float) ? 9 : 15;
        TensorPrimitives.Multiply(x, x, squares);
        result.Fill(T.CreateChecked(last));
        for (int term = last - 2; term > 0; term -= 2)
        {
            TensorPrimitives.Divide(squares, result, result);
            TensorPrimitives.Add(result, T.CreateChecked(term), result);
        }

        TensorPrimitives.Divide(x, result, result);
    }
}
