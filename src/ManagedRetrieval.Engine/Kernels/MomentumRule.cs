using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Gradient descent with momentum.</summary>
/// <remarks>
/// v ← fma(v, μ, g). Then x ← fma(v, −η, x), or with Nesterov's look ahead x ← fma(v, −η · μ, fma(g, −η, x)). Every step is
/// rounded as in scalars, so the result depends on the inputs alone. The spans are equally long and do not overlap. Nothing is
/// allocated.
/// </remarks>
internal static class MomentumRule
{
    /// <summary>Moves the value along the velocity.</summary>
    /// <param name="value">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="velocity">v.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="minusRate">−η.</param>
    public static void Run<T>(Span<T> value, ReadOnlySpan<T> gradient, Span<T> velocity, T momentum, T minusRate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.FusedMultiplyAdd(velocity, momentum, gradient, velocity);
        TensorPrimitives.FusedMultiplyAdd(velocity, minusRate, value, value);
    }

    /// <summary>Moves the value along the gradient where the velocity leads.</summary>
    /// <param name="value">x.</param>
    /// <param name="gradient">g.</param>
    /// <param name="velocity">v.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="minusRate">−η.</param>
    public static void RunNesterov<T>(Span<T> value, ReadOnlySpan<T> gradient, Span<T> velocity, T momentum, T minusRate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.FusedMultiplyAdd(velocity, momentum, gradient, velocity);
        TensorPrimitives.FusedMultiplyAdd(gradient, minusRate, value, value);
        TensorPrimitives.FusedMultiplyAdd(velocity, minusRate * momentum, value, value);
    }
}
