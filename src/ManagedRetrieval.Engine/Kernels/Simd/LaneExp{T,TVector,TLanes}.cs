using System.Numerics;
using System.Runtime.CompilerServices;

namespace ManagedRetrieval.Engine.Kernels.Simd;

/// <summary>The exponential, lane by lane: the same bits in every width of vector.</summary>
/// <remarks>
/// e^x = 2^n · e^r with n the nearest integer to x / ln 2, r = x − n · ln 2 in two steps, and a polynomial of r that is the best
/// in relative error for |r| ≤ ln 2 / 2 (Remez): degree 5 for float, 7.5e-8, degree 11 for double, 3e-18. Adding 1.5 · 2^23
/// (2^52) rounds to the integer and leaves it in the lowest bits. About two units in the last place; 0 where the result
/// would be subnormal, at −∞ too. For x up to the logarithm of the greatest number; not for NaN, and only for float and double.
/// </remarks>
internal static class LaneExp<T, TVector, TLanes>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TLanes : struct, ILanes<T, TVector>
{
    /// <summary>e^x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Run(TVector x)
    {
        TVector shift = C(12582912.0, 6755399441055744.0);
        TVector shifted = TLanes.FusedMultiplyAdd(x, C(1.4426950408889634, 1.4426950408889634), shift);
        TVector n = TLanes.Subtract(shifted, shift);

        // ln 2 in two parts, the first so short that n times it is exact.
        TVector r = TLanes.FusedMultiplyAdd(n, C(-0.693359375, -0.6931471803691238), x);
        r = TLanes.FusedMultiplyAdd(n, C(2.12194440054690583e-4, -1.9082149292705877e-10), r);
        TVector p;
        if (typeof(T) == typeof(float))
        {
            p = TLanes.FusedMultiplyAdd(C(0.0082976198224262012896), r, C(0.041915629295219427797));
            p = TLanes.FusedMultiplyAdd(p, r, C(0.16667576537687053947));
            p = TLanes.FusedMultiplyAdd(p, r, C(0.49998892660826669278));
            p = TLanes.FusedMultiplyAdd(p, r, C(0.99999969106999402641));
            p = TLanes.FusedMultiplyAdd(p, r, C(1.0000000718664321871));
        }
        else
        {
            p = TLanes.FusedMultiplyAdd(C(2.499425709266684349e-8), r, C(2.7632367970425102655e-7));
            p = TLanes.FusedMultiplyAdd(p, r, C(2.7557623105475205444e-6));
            p = TLanes.FusedMultiplyAdd(p, r, C(2.4801486320738795558e-5));
            p = TLanes.FusedMultiplyAdd(p, r, C(1.9841269431490030315e-4));
            p = TLanes.FusedMultiplyAdd(p, r, C(1.3888888951410092322e-3));
            p = TLanes.FusedMultiplyAdd(p, r, C(8.3333333335601570798e-3));
            p = TLanes.FusedMultiplyAdd(p, r, C(4.1666666666492075491e-2));
            p = TLanes.FusedMultiplyAdd(p, r, C(0.16666666666666166211));
            p = TLanes.FusedMultiplyAdd(p, r, C(0.50000000000000177735));
            p = TLanes.FusedMultiplyAdd(p, r, C(1));
            p = TLanes.FusedMultiplyAdd(p, r, C(1));
        }

        return TLanes.WhereGreater(x, C(-87.33, -708.3), TLanes.ScaleByPowerOfTwo(p, shifted), TLanes.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector C(double value) => TLanes.Create(T.CreateTruncating(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector C(double ofFloat, double ofDouble) => C(typeof(T) == typeof(float) ? ofFloat : ofDouble);
}
