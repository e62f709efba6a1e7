using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Towers;

/// <summary>One block of a multi-layer perceptron: y = dropout(activation(norm(x · W + b))), plus x where the layer is residual.</summary>
public sealed class DenseLayer<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Op<T>? _activate;
    private readonly Dropout<T>? _dropout;
    private readonly Add<T> _add = new();

    /// <summary>Makes a layer of existing parts.</summary>
    /// <param name="linear">x · W + b.</param>
    /// <param name="norm">What rows are normalised by; null for no normalisation.</param>
    /// <param name="activation">What is done to each element.</param>
    /// <param name="dropoutRate">The share of elements that a step of training drops, from 0 to less than 1.</param>
    /// <param name="dropoutSeed">Decides, with the step, what is dropped; layers of one model need seeds of their own.</param>
    /// <param name="residual">Whether x is added, where it is as wide as y.</param>
    /// <exception cref="ArgumentException">The norm has another width than the outputs of the linear part.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The activation is none of the named ones, or the rate is not in [0, 1).</exception>
    public DenseLayer(
        Linear<T> linear,
        NormLayer<T>? norm = null,
        Activation activation = Activation.Relu,
        double dropoutRate = 0,
        ulong dropoutSeed = 0,
        bool residual = false)
    {
        ArgumentNullException.ThrowIfNull(linear);
        if (norm is not null && norm.Inputs != linear.Outputs)
        {
            throw new ArgumentException($"norm must have the width of the {linear.Outputs} outputs, not {norm.Inputs}.", nameof(norm));
        }

        _activate = activation switch
        {
            Activation.None => null,
            Activation.Relu => new Relu<T>(),
            Activation.Tanh => new Tanh<T>(),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "The activation must be None, Relu or Tanh."),
        };
        _dropout = TrainingDropout.Op<T>(dropoutRate, dropoutSeed);
        (Linear, Norm, Activation, DropoutRate, DropoutSeed, Residual) = (linear, norm, activation, dropoutRate, dropoutSeed, residual);
    }

    /// <summary>Makes a new layer.</summary>
    /// <param name="name">Parameters are called <c>name.weights</c>, <c>name.bias</c> and, with a norm, <c>name.norm.gain</c> and <c>name.norm.shift</c>.</param>
    /// <param name="inputs">The length of x, at least 1.</param>
    /// <param name="outputs">The length of y, at least 1.</param>
    /// <param name="options">What the layer looks like.</param>
    /// <param name="seed">Together with <paramref name="stream"/> decides the weights, and what dropout drops.</param>
    /// <param name="stream">Keeps the layers of one model apart.</param>
    /// <remarks>
    /// Weights are uniform: before a rectifier in ±√(6 / inputs), which keeps the variance where half of each row is set to
    /// 0 (He et al., ICCV 2015, equation 10), else in ±√(6 / (inputs + outputs)) (Glorot and Bengio, AISTATS 2010, equation
    /// 16). The bias is zeros.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A length or an option is outside its range.</exception>
    public static DenseLayer<T> Create(string name, int inputs, int outputs, DenseLayerOptions options, ulong seed, ulong stream)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        double limit = options.Activation == Activation.Relu ? Math.Sqrt(6.0 / inputs) : NewParameter.Glorot(inputs, outputs);
        var linear = new Linear<T>(
            NewParameter.Matrix<T>(name + ".weights", inputs, outputs, limit, seed, stream), NewParameter.Vector(name + ".bias", outputs, T.Zero));
        NormLayer<T>? norm = options.LayerNorm ? NormLayer<T>.Create(name + ".norm", outputs) : null;
        return new DenseLayer<T>(linear, norm, options.Activation, options.DropoutRate, NewParameter.InnerSeed(seed, stream), options.Residual);
    }

    /// <summary>x · W + b.</summary>
    public Linear<T> Linear { get; }

    /// <summary>What rows are normalised by, if anything.</summary>
    public NormLayer<T>? Norm { get; }

    /// <summary>What is done to each element.</summary>
    public Activation Activation { get; }

    /// <summary>The share of elements that a step of training drops.</summary>
    public double DropoutRate { get; }

    /// <summary>Decides, with the step, what is dropped.</summary>
    public ulong DropoutSeed { get; }

    /// <summary>Whether x is added, where it is as wide as y.</summary>
    public bool Residual { get; }

    /// <inheritdoc/>
    public override int Inputs => Linear.Inputs;

    /// <inheritdoc/>
    public override int Outputs => Linear.Outputs;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => Norm is null ? Linear.Parameters : [.. Linear.Parameters, .. Norm.Parameters];

    /// <inheritdoc/>
    public override Variable<T> Apply(Variable<T> x, TowerPass pass = default)
    {
        Variable<T> y = Linear.Apply(x, pass);
        if (Norm is not null)
        {
            y = Norm.Apply(y, pass);
        }

        if (_activate is not null)
        {
            y = x.Tape.Apply(_activate, [y]);
        }

        y = TrainingDropout.Apply(_dropout, y, pass);
        return Residual && Inputs == Outputs ? x.Tape.Apply(_add, [y, x]) : y;
    }
}
