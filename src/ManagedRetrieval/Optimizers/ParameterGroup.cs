using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Optimizers;

/// <summary>Parameters that are trained in another way than the rest.</summary>
/// <remarks>
/// Of <see cref="Optimizer{T}.Groups"/> the first that takes a parameter decides; one that no group takes has the optimizer's
/// own settings. A parameter is asked about once, before its first step.
/// </remarks>
/// <param name="takes">Whether a parameter belongs to the group, by its name or its type, say.</param>
/// <exception cref="ArgumentNullException"><paramref name="takes"/> is null.</exception>
public sealed class ParameterGroup<T>(Func<Parameter<T>, bool> takes)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Func<Parameter<T>, bool> _takes = takes ?? throw new ArgumentNullException(nameof(takes));

    /// <summary>Multiplies the learning rate of every step; positive and finite, 1 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive and finite.</exception>
    public double RateFactor
    {
        get;
        init => field = Setting.Positive<double>(value, nameof(RateFactor));
    } = 1;

    /// <summary>In place of <see cref="Optimizer{T}.WeightDecay"/>; null keeps that.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative, or not finite as a <typeparamref name="T"/>.</exception>
    public double? WeightDecay
    {
        get;
        init => field = value is { } decay ? Setting.NotNegative<T>(decay, nameof(WeightDecay)) : null;
    }

    /// <summary>Whether the parameters keep their values: steps only forget their gradients, which do not count in the gradient's norm.</summary>
    public bool Frozen { get; init; }

    internal bool Takes(Parameter<T> parameter) => _takes(parameter);
}
