using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>A parameter every element of which takes part in every step, such as a layer's weights.</summary>
public sealed class DenseParameter<T> : Parameter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Makes a parameter over <paramref name="value"/>, which is shared, not copied.</summary>
    public DenseParameter(string name, Tensor<T> value)
        : base(name, value) => Gradient = new Tensor<T>(value.Shape);

    /// <summary>The gradient, of the value's shape.</summary>
    public Tensor<T> Gradient { get; }

    /// <inheritdoc/>
    public override void ZeroGradient() => Gradient.Span.Clear();

    /// <inheritdoc/>
    internal override Span<T> GradientElements => Gradient.Span;

    /// <inheritdoc/>
    public override void AddGradientTo(Tensor<T> destination)
    {
        CheckShape(destination);
        TensorPrimitives.Add(destination.Span, Gradient.Span, destination.Span);
    }
}
