using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>One step of a gated recurrent unit with h numbers of state, and its derivative.</summary>
/// <remarks>
/// With x = (x_r, x_z, x_n) of the row and u = (u_r, u_z, u_n) of the state s:
/// r = σ(x_r + u_r), z = σ(x_z + u_z), n = tanh(x_n + r ⊙ u_n), new state n + z ⊙ (s − n).
/// What is kept of a step is r, z, n, u_n and the new state, one after the other. Results depend on the inputs alone;
/// outputs may not alias inputs. Nothing is allocated.
/// </remarks>
internal static class GatedUnit
{
    /// <summary>Numbers kept of a step for each number of the state.</summary>
    public const int Kept = 5;

    /// <summary>The new state among what was kept.</summary>
    public static ReadOnlySpan<T> State<T>(ReadOnlySpan<T> kept) => kept[^(kept.Length / Kept)..];

    /// <summary>Makes a step.</summary>
    /// <param name="x">[3h].</param>
    /// <param name="u">[3h].</param>
    /// <param name="state">[h].</param>
    /// <param name="kept">[5h]: receives what is kept, the new state at its end.</param>
    public static void Step<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> u, ReadOnlySpan<T> state, Span<T> kept)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = state.Length;
        Span<T> gates = kept[..(2 * width)], candidate = kept.Slice(2 * width, width), next = kept[(4 * width)..];
        TensorPrimitives.Add(x[..gates.Length], u[..gates.Length], gates);
        VectorMath.Sigmoid<T>(gates, gates);
        u[gates.Length..].CopyTo(kept.Slice(3 * width, width));
        TensorPrimitives.FusedMultiplyAdd(gates[..width], u[gates.Length..], x[gates.Length..], candidate);
        VectorMath.Tanh<T>(candidate, candidate);
        TensorPrimitives.Subtract(state, candidate, next);
        TensorPrimitives.FusedMultiplyAdd(gates[width..], next, candidate, next);
    }

    /// <summary>Sends the gradient g of the new state back through a step.</summary>
    /// <param name="kept">[5h]: what was kept of the step.</param>
    /// <param name="state">[h]: the old state.</param>
    /// <param name="stateGradient">[h]: g; leaves as g ⊙ z, what reaches the old state past u.</param>
    /// <param name="recurrentGradient">
    /// [3h]: receives du: with e = g ⊙ (1 − z) ⊙ (1 − n²), du_r = e ⊙ u_n ⊙ r ⊙ (1 − r), du_z = g ⊙ (s − n) ⊙ z ⊙ (1 − z), du_n = e ⊙ r.
    /// </param>
    /// <param name="gradient">[3h]: dx = (du_r, du_z, e) is added here; empty where it is not wanted.</param>
    public static void StepBack<T>(
        ReadOnlySpan<T> kept, ReadOnlySpan<T> state, Span<T> stateGradient, Span<T> recurrentGradient, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = state.Length;
        for (int j = 0; j < width; j++)
        {
            (T g, T r, T z, T n) = (stateGradient[j], kept[j], kept[width + j], kept[(2 * width) + j]);
            T e = g * (T.One - z) * ((T.One - n) * (T.One + n));
            recurrentGradient[j] = e * kept[(3 * width) + j] * (r * (T.One - r));
            recurrentGradient[width + j] = g * (state[j] - n) * (z * (T.One - z));
            recurrentGradient[(2 * width) + j] = e * r;
            stateGradient[j] = g * z;
            if (!gradient.IsEmpty)
            {
                gradient[j] += recurrentGradient[j];
                gradient[width + j] += recurrentGradient[width + j];
                gradient[(2 * width) + j] += e;
            }
        }
    }
}
