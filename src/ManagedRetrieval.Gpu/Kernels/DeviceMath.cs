using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>What kernels compute with. Exponential and logarithm are our own: those of devices differ, and CUDA's fast ones lose digits.</summary>
internal static class DeviceMath
{
    /// <summary>a · b + c, rounded once where the device's compiler joins the two, as those of GPUs do.</summary>
    public static float MultiplyAdd(float a, float b, float c) => (a * b) + c;

    /// <summary>e to the x, to 2 units in the last place; 0 below −87, where float has no normal numbers left.</summary>
    /// <remarks>x = n · ln 2 + r with |r| ≤ ln 2 / 2: the series of e^r to r⁷, whose next term is below 6e-9, times 2ⁿ.</remarks>
    /// <param name="x">At most 88, no NaN.</param>
    public static float Exp(float x)
    {
        const float Log2E = 1.44269504f, HighLn2 = 0.693359375f, LowLn2 = -2.12194440e-4f;
        if (x < -87f)
        {
            return 0;
        }

        int n = (int)((x * Log2E) + (x < 0 ? -0.5f : 0.5f));
        float r = MultiplyAdd(n, -HighLn2, x);
        r = MultiplyAdd(n, -LowLn2, r);
        float sum = 1f / 5040;
        sum = MultiplyAdd(sum, r, 1f / 720);
        sum = MultiplyAdd(sum, r, 1f / 120);
        sum = MultiplyAdd(sum, r, 1f / 24);
        sum = MultiplyAdd(sum, r, 1f / 6);
        sum = MultiplyAdd(sum, r, 0.5f);
        sum = MultiplyAdd(sum, r, 1f);
        sum = MultiplyAdd(sum, r, 1f);
        return sum * Interop.IntAsFloat((uint)(n + 127) << 23);
    }

    /// <summary>The natural logarithm of a positive, normal number, to 2 units in the last place.</summary>
    /// <remarks>x = m · 2ⁿ with m from √½ to √2; ln m = 2 artanh s with s = (m − 1) / (m + 1), |s| ≤ 0.172, by its series to s⁹.</remarks>
    public static float Log(float x)
    {
        const float Ln2 = 0.693147181f, Sqrt2 = 1.41421356f;
        uint bits = Interop.FloatAsInt(x);
        int n = (int)(bits >> 23) - 127;
        float m = Interop.IntAsFloat((bits & 0x7FFFFF) | 0x3F800000);
        if (m > Sqrt2)
        {
            m *= 0.5f;
            n++;
        }

        float s = (m - 1) / (m + 1), square = s * s;
        float sum = 1f / 9;
        sum = MultiplyAdd(sum, square, 1f / 7);
        sum = MultiplyAdd(sum, square, 1f / 5);
        sum = MultiplyAdd(sum, square, 1f / 3);
        sum = MultiplyAdd(sum, square, 1f);
        return MultiplyAdd(n, Ln2, 2 * s * sum);
    }

    /// <summary>ln(1 + eˣ), which is the loss of a margin.</summary>
    public static float Softplus(float x)
    {
        // ln(1 + u) = 2 artanh(u / (2 + u)), |s| ≤ 1/3: the series to s¹⁵ leaves less than 1e-9.
        float u = Exp(x < 0 ? x : -x), s = u / (2 + u), square = s * s;
        float sum = 1f / 15;
        sum = MultiplyAdd(sum, square, 1f / 13);
        sum = MultiplyAdd(sum, square, 1f / 11);
        sum = MultiplyAdd(sum, square, 1f / 9);
        sum = MultiplyAdd(sum, square, 1f / 7);
        sum = MultiplyAdd(sum, square, 1f / 5);
        sum = MultiplyAdd(sum, square, 1f / 3);
        sum = MultiplyAdd(sum, square, 1f);
        return (x > 0 ? x : 0) + (2 * s * sum);
    }

    /// <summary>1 / (1 + e⁻ˣ), the derivative of <see cref="Softplus"/>.</summary>
    public static float Sigmoid(float x)
    {
        float u = Exp(x < 0 ? x : -x);
        return (x < 0 ? u : 1) / (1 + u);
    }

    /// <summary>Whether a number stands here, not what marks an entry that is out.</summary>
    /// <remarks>
    /// By its bits, and to be asked before two numbers are compared: ILGPU 1.5.3 turns a comparison into its opposite where that saves a jump, and for
    /// OpenCL forgets that neither holds of NaN.
    /// </remarks>
    public static bool IsNumber(float x) => (Interop.FloatAsInt(x) & 0x7FFFFFFF) <= 0x7F800000;
}
