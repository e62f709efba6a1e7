using System.Numerics;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>A loss, and what backward made of it.</summary>
internal sealed record Outcome<T>(T[] Loss, Tensor<T> QueryGradient, Tensor<T> CandidateGradient)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>By the logarithm of the temperature; empty where it is not learnt.</summary>
    public T[] TemperatureGradient { get; init; } = [];

    /// <summary>
    /// Whether the terms of no gradient cancel to less than a hundredth: else float, whose products are rounded each, has
    /// no digits left to agree in. Known to the reference alone.
    /// </summary>
    public bool IsWellConditioned { get; init; }

    /// <summary>What the terms of <see cref="TemperatureGradient"/>, which cancel, add up to in magnitude; known to the reference alone.</summary>
    public double TemperatureTerms { get; init; }

    public void AgreesWith(Outcome<double> expected, double tolerance)
    {
        Agree.InNorm<T>("loss", expected.Loss, Loss, tolerance);
        Agree.InNorm<T>("query gradient", expected.QueryGradient.Span, QueryGradient.Span, tolerance);
        Agree.InNorm<T>("candidate gradient", expected.CandidateGradient.Span, CandidateGradient.Span, tolerance);
        Agree.InNorm<T>("temperature gradient", expected.TemperatureGradient, TemperatureGradient, tolerance, Math.Max(1e-6, expected.TemperatureTerms));
    }

    public void IsExactly(Outcome<T> expected)
    {
        Agree.Exactly<T>("loss", expected.Loss, Loss);
        Agree.Exactly<T>("query gradient", expected.QueryGradient.Span, QueryGradient.Span);
        Agree.Exactly<T>("candidate gradient", expected.CandidateGradient.Span, CandidateGradient.Span);
    }
}
