using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Towers;

/// <summary>The last state of a gated recurrent unit over each sequence (Cho et al. 2014; for sessions, Hidasi et al., ICLR 2016); an empty sequence gives zeros.</summary>
/// <remarks>Gates and their order, r, z, n, are PyTorch's; see <see cref="GatedRecurrence{T}"/> for the formula.</remarks>
public sealed class RecurrentHistory<T> : HistoryEncoder<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GatedRecurrence<T> _recurrence = new();

    /// <summary>Makes an encoder over existing parameters.</summary>
    /// <param name="linear">From a row to the gates' inputs: weights [width, 3h] and bias [3h].</param>
    /// <param name="recurrentWeights">[h, 3h].</param>
    /// <param name="recurrentBias">[3h].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public RecurrentHistory(Linear<T> linear, DenseParameter<T> recurrentWeights, DenseParameter<T> recurrentBias)
    {
        ArgumentNullException.ThrowIfNull(linear);
        ArgumentNullException.ThrowIfNull(recurrentWeights);
        ArgumentNullException.ThrowIfNull(recurrentBias);
        Shape shape = recurrentWeights.Value.Shape;
        if (shape.Rank != 2 || shape[1] != 3L * shape[0])
        {
            throw Argument.OtherShape(nameof(recurrentWeights), "[h, 3h]", shape);
        }

        if (linear.Outputs != shape[1])
        {
            throw new ArgumentException($"linear must have {shape[1]} outputs, not {linear.Outputs}.", nameof(linear));
        }

        if (recurrentBias.Value.Shape != new Shape(shape[1]))
        {
            throw Argument.OtherShape(nameof(recurrentBias), $"[{shape[1]}]", recurrentBias.Value.Shape);
        }

        (Linear, RecurrentWeights, RecurrentBias) = (linear, recurrentWeights, recurrentBias);
    }

    /// <summary>Makes an encoder with all weights uniform in ±1 / √outputs, as in PyTorch, and biases of zeros.</summary>
    /// <param name="name">Parameters are called <c>name.weights</c>, <c>name.bias</c>, <c>name.recurrent_weights</c> and <c>name.recurrent_bias</c>.</param>
    /// <param name="width">The length of a row, at least 1.</param>
    /// <param name="outputs">The length h of the state, at least 1.</param>
    /// <param name="seed">Together with <paramref name="stream"/> decides the weights.</param>
    /// <param name="stream">Keeps the parameters of one model apart.</param>
    public static RecurrentHistory<T> Create(string name, int width, int outputs, ulong seed, ulong stream)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputs, int.MaxValue / 3);
        ulong inner = NewParameter.InnerSeed(seed, stream);
        (int gates, double limit) = (3 * outputs, 1 / Math.Sqrt(outputs));
        var linear = new Linear<T>(
            NewParameter.Matrix<T>(name + ".weights", width, gates, limit, inner, 0), NewParameter.Vector(name + ".bias", gates, T.Zero));
        return new RecurrentHistory<T>(
            linear,
            NewParameter.Matrix<T>(name + ".recurrent_weights", outputs, gates, limit, inner, 1),
            NewParameter.Vector(name + ".recurrent_bias", gates, T.Zero));
    }

    /// <summary>From a row to the gates' inputs: weights [width, 3h] and bias [3h].</summary>
    public Linear<T> Linear { get; }

    /// <summary>From the state before to the gates, [h, 3h].</summary>
    public DenseParameter<T> RecurrentWeights { get; }

    /// <summary>[3h]: a bias of its own, as the new state's gate scales it.</summary>
    public DenseParameter<T> RecurrentBias { get; }

    /// <inheritdoc/>
    public override int Inputs => Linear.Inputs;

    /// <inheritdoc/>
    public override int Outputs => RecurrentWeights.Value.Shape.Rows;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [.. Linear.Parameters, RecurrentWeights, RecurrentBias];

    /// <inheritdoc/>
    public override Variable<T> Apply(Variable<T> rows, ReadOnlyMemory<int> offsets, TowerPass pass = default)
    {
        HistoryRows.Check(nameof(RecurrentHistory<>), rows, offsets, Inputs);
        Tape<T> tape = rows.Tape;
        return tape.Apply(
            _recurrence,
            [Linear.Apply(rows, pass), tape.Parameter(RecurrentWeights), tape.Parameter(RecurrentBias)],
            new OpIndices(default, offsets));
    }
}
