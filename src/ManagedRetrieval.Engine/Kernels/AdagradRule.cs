using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ManagedRetrieval.Engine.Kernels.Simd;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Adagrad's rule in one pass over the elements.</summary>
/// <remarks>
/// a ← fma(g, g, a); x ← fma(g / √(a + ε), −η, x). Every step is rounded as in scalars, so the result depends on the inputs
/// alone. The spans are equally long and do not overlap. Nothing is allocated.
/// </remarks>
internal static class AdagradRule
{
    /// <summary>Moves the value and grows the accumulator.</summary>
    /// <param name="value">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="accumulator">a.</param>
    /// <param name="minusRate">−η.</param>
    /// <param name="epsilon">ε.</param>
    public static void Run<T>(Span<T> value, ReadOnlySpan<T> gradient, Span<T> accumulator, T minusRate, T epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T x = ref MemoryMarshal.GetReference(value), g = ref MemoryMarshal.GetReference(gradient), a = ref MemoryMarshal.GetReference(accumulator);
        int i = 0;
        if (Vector128.IsHardwareAccelerated && Vector512<T>.IsSupported)
        {
            Vector512<T> rates = Vector512.Create(minusRate), epsilons = Vector512.Create(epsilon);
            for (; i <= value.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> gradients = Vector512.LoadUnsafe(ref g, (nuint)i);
                Vector512<T> grown = Lanes512<T>.FusedMultiplyAdd(gradients, gradients, Vector512.LoadUnsafe(ref a, (nuint)i));
                grown.StoreUnsafe(ref a, (nuint)i);
                Vector512<T> step = gradients / Vector512.Sqrt(grown + epsilons);
                Lanes512<T>.FusedMultiplyAdd(step, rates, Vector512.LoadUnsafe(ref x, (nuint)i)).StoreUnsafe(ref x, (nuint)i);
            }
        }

        for (; i < value.Length; i++)
        {
            T grown = T.FusedMultiplyAdd(gradient[i], gradient[i], accumulator[i]);
            accumulator[i] = grown;
            value[i] = T.FusedMultiplyAdd(gradient[i] / T.Sqrt(grown + epsilon), minusRate, value[i]);
        }
    }
}
