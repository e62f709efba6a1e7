using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ManagedRetrieval.Engine.Kernels.Simd;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Sums in an order that the length alone decides.</summary>
/// <remarks>
/// <c>TensorPrimitives.Sum</c> adds in an order that depends on the vector width and is not documented. Here 64 lanes are
/// filled by element-wise steps, then folded in halves: the same bits at every address and every vector width, and a
/// smaller rounding error than a running sum. Nothing is allocated.
/// </remarks>
internal static unsafe class RowReduce
{
    private const int Lanes = 64;

    /// <summary>Σ x_i; 0 for an empty span.</summary>
    public static T Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = x.Length;
        T* sums = stackalloc T[Lanes];
        var lanes = new Span<T>(sums, Lanes);
        lanes.Clear();
        for (; x.Length >= Lanes; x = x[Lanes..])
        {
            TensorPrimitives.Add(lanes, x[..Lanes], lanes);
        }

        TensorPrimitives.Add(lanes[..x.Length], x, lanes[..x.Length]);
        return Fold(sums, length);
    }

    /// <summary>Σ x_i · y_i with fused steps; 0 for empty spans. Not for scores, whose order is ascending depth.</summary>
    [SkipLocalsInit]
    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* sums = stackalloc T[Lanes];
        fixed (T* a = x)
        fixed (T* b = y[..x.Length])
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Multiply<T, Vector512<T>, Lanes512<T>>(a, b, x.Length, sums);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Multiply<T, Vector256<T>, Lanes256<T>>(a, b, x.Length, sums);
            }
            else
            {
                Multiply<T, Vector128<T>, Lanes128<T>>(a, b, x.Length, sums);
            }
        }

        return Fold(sums, x.Length);
    }

    /// <summary>Fills the lanes a register after the other, which stays one while it passes over all elements of its lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<T, TVector, TLanes>(T* x, T* y, int length, T* sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TLanes : struct, ILanes<T, TVector>
    {
        for (int lane = 0; lane < Lanes; lane += TLanes.Count)
        {
            TVector sum = TLanes.Zero;
            for (int i = lane; i <= length - TLanes.Count; i += Lanes)
            {
                sum = TLanes.FusedMultiplyAdd(TLanes.Load(x + i), TLanes.Load(y + i), sum);
            }

            TLanes.Store(sum, sums + lane);
        }

        int rest = length / TLanes.Count * TLanes.Count;
        for (; rest <= length - Vector128<T>.Count; rest += Vector128<T>.Count)
        {
            T* to = sums + (rest % Lanes);
            Lanes128<T>.Store(Lanes128<T>.FusedMultiplyAdd(Lanes128<T>.Load(x + rest), Lanes128<T>.Load(y + rest), Lanes128<T>.Load(to)), to);
        }

        for (; rest < length; rest++)
        {
            sums[rest % Lanes] = T.FusedMultiplyAdd(x[rest], y[rest], sums[rest % Lanes]);
        }
    }

    /// <summary>Adds up the lanes; those that no element has come to, which are 0, are passed over by halves.</summary>
    private static T Fold<T>(T* sums, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int half = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(length, Lanes)) / 2;
        for (; half >= Vector128<T>.Count; half /= 2)
        {
            for (int i = 0; i < half; i += Vector128<T>.Count)
            {
                (Vector128.Load(sums + i) + Vector128.Load(sums + half + i)).Store(sums + i);
            }
        }

        for (; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                sums[i] += sums[half + i];
            }
        }

        return sums[0];
    }
}
