using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Towers;

/// <summary>Layer normalisation: rows brought to mean 0 and variance 1, times gain, plus shift (Ba, Kiros and Hinton 2016).</summary>
public sealed class NormLayer<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LayerNorm<T> _norm;

    /// <summary>Makes a layer over existing parameters.</summary>
    /// <param name="gain">[width].</param>
    /// <param name="shift">[width].</param>
    /// <param name="epsilon">What is added to the variance; positive.</param>
    /// <exception cref="ArgumentException">A parameter is no vector, or they differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is not positive and finite.</exception>
    public NormLayer(DenseParameter<T> gain, DenseParameter<T> shift, double epsilon = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(gain);
        ArgumentNullException.ThrowIfNull(shift);
        if (gain.Value.Shape.Rank != 1)
        {
            throw Argument.OtherShape(nameof(gain), "[width]", gain.Value.Shape);
        }

        if (shift.Value.Shape != gain.Value.Shape)
        {
            throw Argument.OtherShape(nameof(shift), gain.Value.Shape.ToString(), shift.Value.Shape);
        }

        (Gain, Shift, Epsilon, _norm) = (gain, shift, epsilon, new LayerNorm<T>(epsilon));
    }

    /// <summary>Makes a layer with a gain of ones and a shift of zeros.</summary>
    /// <param name="name">Parameters are called <c>name.gain</c> and <c>name.shift</c>.</param>
    /// <param name="width">The length of x and y, at least 1.</param>
    /// <param name="epsilon">What is added to the variance; positive.</param>
    public static NormLayer<T> Create(string name, int width, double epsilon = 1e-5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return new NormLayer<T>(NewParameter.Vector(name + ".gain", width, T.One), NewParameter.Vector(name + ".shift", width, T.Zero), epsilon);
    }

    /// <summary>What the columns are multiplied by, [width].</summary>
    public DenseParameter<T> Gain { get; }

    /// <summary>What is added to the columns, [width].</summary>
    public DenseParameter<T> Shift { get; }

    /// <summary>What is added to the variance.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override int Inputs => Gain.Value.Shape.Length;

    /// <inheritdoc/>
    public override int Outputs => Inputs;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [Gain, Shift];

    /// <inheritdoc/>
    public override Variable<T> Apply(Variable<T> x, TowerPass pass = default)
    {
        Tape<T> tape = x.Tape;
        return tape.Apply(_norm, [x, tape.Parameter(Gain), tape.Parameter(Shift)]);
    }
}
