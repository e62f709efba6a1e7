using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Towers;

/// <summary>The mean of the rows of each sequence, weighted by what a small network says of each row; an empty sequence gives zeros.</summary>
/// <remarks>
/// y = Σ_i p_i · x_i with p the softmax, within the sequence, of z_i = tanh(x_i · W + b) · v (Yang et al., NAACL 2016, equations 5 to 7).
/// The order of the rows makes no difference beyond rounding.
/// </remarks>
public sealed class AttentionPooling<T> : HistoryEncoder<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tanh<T> _tanh = new();
    private readonly MatrixProduct<T> _product = new();
    private readonly SegmentSoftmax<T> _softmax = new();
    private readonly SegmentWeightedSum<T> _sum = new();

    /// <summary>Makes an encoder over existing parameters.</summary>
    /// <param name="linear">W [width, hidden] and b [hidden].</param>
    /// <param name="vector">v, [hidden, 1].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public AttentionPooling(Linear<T> linear, DenseParameter<T> vector)
    {
        ArgumentNullException.ThrowIfNull(linear);
        ArgumentNullException.ThrowIfNull(vector);
        if (vector.Value.Shape != new Shape(linear.Outputs, 1))
        {
            throw Argument.OtherShape(nameof(vector), $"[{linear.Outputs}, 1]", vector.Value.Shape);
        }

        (Linear, Vector) = (linear, vector);
    }

    /// <summary>Makes an encoder with weights uniform in ±√(6 / (rows + columns)) (Glorot and Bengio, AISTATS 2010) and a bias of zeros.</summary>
    /// <param name="name">Parameters are called <c>name.weights</c>, <c>name.bias</c> and <c>name.vector</c>.</param>
    /// <param name="width">The length of a row, at least 1.</param>
    /// <param name="hidden">The length of v, at least 1.</param>
    /// <param name="seed">Together with <paramref name="stream"/> decides the weights.</param>
    /// <param name="stream">Keeps the parameters of one model apart.</param>
    public static AttentionPooling<T> Create(string name, int width, int hidden, ulong seed, ulong stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden, 1);
        ulong inner = NewParameter.InnerSeed(seed, stream);
        return new AttentionPooling<T>(
            Linear<T>.Create(name, width, hidden, inner, 0), NewParameter.Matrix<T>(name + ".vector", hidden, 1, NewParameter.Glorot(hidden, 1), inner, 1));
    }

    /// <summary>W and b.</summary>
    public Linear<T> Linear { get; }

    /// <summary>v, [hidden, 1].</summary>
    public DenseParameter<T> Vector { get; }

    /// <inheritdoc/>
    public override int Inputs => Linear.Inputs;

    /// <inheritdoc/>
    public override int Outputs => Inputs;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [.. Linear.Parameters, Vector];

    /// <inheritdoc/>
    public override Variable<T> Apply(Variable<T> rows, ReadOnlyMemory<int> offsets, TowerPass pass = default)
    {
        HistoryRows.Check(nameof(AttentionPooling<>), rows, offsets, Inputs);
        Tape<T> tape = rows.Tape;
        var sequences = new OpIndices(default, offsets);
        Variable<T> hidden = tape.Apply(_tanh, [Linear.Apply(rows, pass)]);
        Variable<T> scores = tape.Apply(_product, [hidden, tape.Parameter(Vector)]);
        return tape.Apply(_sum, [rows, tape.Apply(_softmax, [scores], sequences)], sequences);
    }
}
