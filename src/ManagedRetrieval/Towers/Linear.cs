using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Towers;

/// <summary>A linear layer: y = x · W + b.</summary>
public sealed class Linear<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MatrixProduct<T> _product = new();
    private readonly AddBias<T> _addBias = new();

    /// <summary>Makes a layer over existing parameters.</summary>
    /// <param name="weights">W, [inputs, outputs].</param>
    /// <param name="bias">b, [outputs].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Linear(DenseParameter<T> weights, DenseParameter<T> bias)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(bias);
        if (weights.Value.Shape.Rank != 2)
        {
            throw Argument.OtherShape(nameof(weights), "[inputs, outputs]", weights.Value.Shape);
        }

        if (bias.Value.Shape != new Shape(weights.Value.Shape[1]))
        {
            throw Argument.OtherShape(nameof(bias), $"[{weights.Value.Shape[1]}]", bias.Value.Shape);
        }

        (Weights, Bias) = (weights, bias);
    }

    /// <summary>W, [inputs, outputs].</summary>
    public DenseParameter<T> Weights { get; }

    /// <summary>b, [outputs].</summary>
    public DenseParameter<T> Bias { get; }

    /// <summary>Makes a layer with weights uniform in ±√(6 / (inputs + outputs)) (Glorot and Bengio, AISTATS 2010) and a bias of zeros.</summary>
    /// <param name="name">Parameters are called <c>name.weights</c> and <c>name.bias</c>.</param>
    /// <param name="inputs">The length of x.</param>
    /// <param name="outputs">The length of y.</param>
    /// <param name="seed">Together with <paramref name="stream"/> decides the weights.</param>
    /// <param name="stream">Keeps the parameters of one model apart.</param>
    public static Linear<T> Create(string name, int inputs, int outputs, ulong seed, ulong stream)
    {
        var weights = new DenseParameter<T>(name + ".weights", new Tensor<T>(new Shape(inputs, outputs)));
        weights.InitializeUniform(Math.Sqrt(6.0 / Math.Max(1, inputs + outputs)), seed, stream);
        return new Linear<T>(weights, new DenseParameter<T>(name + ".bias", new Tensor<T>(new Shape(outputs))));
    }

    /// <inheritdoc/>
    public override int Inputs => Weights.Value.Shape[0];

    /// <inheritdoc/>
    public override int Outputs => Weights.Value.Shape[1];

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [Weights, Bias];

    /// <inheritdoc/>
    public override Variable<T> Apply(Variable<T> x, TowerPass pass = default)
    {
        Tape<T> tape = x.Tape;
        return tape.Apply(_addBias, [tape.Apply(_product, [x, tape.Parameter(Weights)]), tape.Parameter(Bias)]);
    }
}
