using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ManagedRetrieval.Engine.Kernels.Simd;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Adam's rule in one pass over the elements.</summary>
/// <remarks>
/// m ← fma(m, β₁, g · (1 − β₁)); v ← fma(v, β₂, g² · (1 − β₂)); x ← fma(m / (√(v · correction) + ε), −rate, x). Every step is
/// rounded as in scalars, so the result depends on the inputs alone. The spans are equally long and do not overlap. Nothing
/// is allocated.
/// </remarks>
/// <param name="beta1">β₁.</param>
/// <param name="rest1">1 − β₁.</param>
/// <param name="beta2">β₂.</param>
/// <param name="rest2">1 − β₂.</param>
/// <param name="correction">1 / (1 − β₂ᵗ).</param>
/// <param name="epsilon">ε.</param>
/// <param name="minusRate">−η / (1 − β₁ᵗ).</param>
internal readonly struct AdamRule<T>(T beta1, T rest1, T beta2, T rest2, T correction, T epsilon, T minusRate)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _beta1 = beta1;
    private readonly T _rest1 = rest1;
    private readonly T _beta2 = beta2;
    private readonly T _rest2 = rest2;
    private readonly T _correction = correction;
    private readonly T _epsilon = epsilon;
    private readonly T _minusRate = minusRate;

    /// <summary>Moves the value x by the gradient g, and both averages, m and v.</summary>
    public void Run(Span<T> value, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second)
    {
        ref T x = ref MemoryMarshal.GetReference(value), g = ref MemoryMarshal.GetReference(gradient);
        ref T m = ref MemoryMarshal.GetReference(first), v = ref MemoryMarshal.GetReference(second);
        int i = 0;
        if (Vector128.IsHardwareAccelerated && Vector512<T>.IsSupported)
        {
            Vector512<T> beta1 = Vector512.Create(_beta1), rest1 = Vector512.Create(_rest1), beta2 = Vector512.Create(_beta2), rest2 = Vector512.Create(_rest2);
            Vector512<T> correction = Vector512.Create(_correction), epsilon = Vector512.Create(_epsilon), minusRate = Vector512.Create(_minusRate);
            for (; i <= value.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> gradients = Vector512.LoadUnsafe(ref g, (nuint)i);
                Vector512<T> mean = Lanes512<T>.FusedMultiplyAdd(Vector512.LoadUnsafe(ref m, (nuint)i), beta1, gradients * rest1);
                Vector512<T> square = Lanes512<T>.FusedMultiplyAdd(Vector512.LoadUnsafe(ref v, (nuint)i), beta2, gradients * gradients * rest2);
                mean.StoreUnsafe(ref m, (nuint)i);
                square.StoreUnsafe(ref v, (nuint)i);
                Vector512<T> step = mean / (Vector512.Sqrt(square * correction) + epsilon);
                Lanes512<T>.FusedMultiplyAdd(step, minusRate, Vector512.LoadUnsafe(ref x, (nuint)i)).StoreUnsafe(ref x, (nuint)i);
            }
        }

        for (; i < value.Length; i++)
        {
            first[i] = T.FusedMultiplyAdd(first[i], _beta1, gradient[i] * _rest1);
            second[i] = T.FusedMultiplyAdd(second[i], _beta2, gradient[i] * gradient[i] * _rest2);
            value[i] = T.FusedMultiplyAdd(first[i] / (T.Sqrt(second[i] * _correction) + _epsilon), _minusRate, value[i]);
        }
    }
}
