using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Losses;

/// <summary>Divides logits by a temperature: below 1 it sharpens the softmax, above 1 it flattens it.</summary>
/// <remarks>Logits are multiplied by 1 / temperature, rounded once.</remarks>
public sealed class TemperatureScaling<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Scale<T> _scale;

    /// <summary>Makes the layer.</summary>
    /// <exception cref="ArgumentException">The temperature is not positive and finite, or its inverse overflows.</exception>
    public TemperatureScaling(double temperature) => _scale = new Scale<T>(LossCheck.Temperature<T>(nameof(temperature), temperature));

    /// <summary>logits / temperature, of the same shape.</summary>
    public Variable<T> Apply(Variable<T> logits) => logits.Tape.Apply(_scale, [logits]);
}
