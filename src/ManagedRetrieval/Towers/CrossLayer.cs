using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Towers;

/// <summary>One layer of a <see cref="CrossNetwork{T}"/>: y = x₀ ⊙ (x · W + b) + x, where W may be a product of two narrow matrices.</summary>
/// <remarks>Immutable but for its parameters.</remarks>
public sealed class CrossLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MatrixProduct<T> _product = new();
    private readonly Multiply<T> _multiply = new();
    private readonly Add<T> _add = new();

    /// <summary>Makes a layer over existing parameters.</summary>
    /// <param name="linear">Without a projection W and b, [width, width] and [width]; with one, its weights are [rank, width].</param>
    /// <param name="projection">[width, rank]: what x is multiplied by before the linear part; null for a W of full rank.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public CrossLayer(Linear<T> linear, DenseParameter<T>? projection = null)
    {
        ArgumentNullException.ThrowIfNull(linear);
        if (projection is null && linear.Inputs != linear.Outputs)
        {
            throw new ArgumentException($"linear must have as many inputs as its {linear.Outputs} outputs, not {linear.Inputs}.", nameof(linear));
        }

        if (projection is not null && projection.Value.Shape != new Shape(linear.Outputs, linear.Inputs))
        {
            throw Argument.OtherShape(nameof(projection), $"[{linear.Outputs}, {linear.Inputs}]", projection.Value.Shape);
        }

        (Linear, Projection) = (linear, projection);
    }

    /// <summary>W and b, or what follows the projection.</summary>
    public Linear<T> Linear { get; }

    /// <summary>The narrow matrix before the linear part, [width, rank]; null for a W of full rank.</summary>
    public DenseParameter<T>? Projection { get; }

    /// <summary>The length of x, x₀ and y.</summary>
    public int Width => Linear.Outputs;

    /// <summary>What training changes, in a fixed order.</summary>
    public IReadOnlyList<Parameter<T>> Parameters => Projection is null ? Linear.Parameters : [Projection, .. Linear.Parameters];

    /// <summary>y [m, <see cref="Width"/>].</summary>
    /// <param name="first">x₀ [m, <see cref="Width"/>]: what the network began with.</param>
    /// <param name="x">What the layer before gave, of the same shape.</param>
    public Variable<T> Apply(Variable<T> first, Variable<T> x)
    {
        Tape<T> tape = x.Tape;
        Variable<T> narrow = Projection is null ? x : tape.Apply(_product, [x, tape.Parameter(Projection)]);
        return tape.Apply(_add, [tape.Apply(_multiply, [first, Linear.Apply(narrow)]), x]);
    }
}
