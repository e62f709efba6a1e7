using System.Numerics;
using ManagedRetrieval.Checks;

namespace ManagedRetrieval.Features;

/// <summary>The rule that weights obey.</summary>
internal static class SampleWeights
{
    /// <summary>Refuses weights that are not one finite number ≥ 0 for each of some things.</summary>
    public static void Check<T>(string argument, ReadOnlySpan<T> weights, int count, string things = "queries")
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Argument.OneForEach(argument, weights.Length, count, things);

        for (int i = 0; i < weights.Length; i++)
        {
            if (!(weights[i] >= T.Zero) || !T.IsFinite(weights[i]))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{argument} must be finite and not negative, but number {i} is {weights[i]}."), argument);
            }
        }
    }

    /// <summary>Refuses weights of which none counts; none at all is fine.</summary>
    public static void CheckAny(string argument, ReadOnlySpan<float> weights, string thing = "query")
    {
        if (!weights.IsEmpty && !weights.ContainsAnyExcept(0))
        {
            throw new ArgumentException($"{argument} is 0 for every {thing}; expected a weight above 0.", argument);
        }
    }
}
