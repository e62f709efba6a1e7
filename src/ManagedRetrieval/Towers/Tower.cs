using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>Maps a batch of encoded inputs to embeddings: each feature becomes a row, the rows are joined, layers follow.</summary>
/// <remarks>Two towers may share tables and layers; gradients then collect what both send.</remarks>
public sealed class Tower<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TowerInput<T>[] _inputs;
    private readonly Layer<T>[] _layers;
    private readonly Add<T> _add = new();
    private readonly Concatenate<T> _concatenate = new();
    private readonly NormalizeRows<T> _normalizeRows = new();

    /// <summary>Makes a tower.</summary>
    /// <param name="inputs">One for each feature, in the order of the batch's columns.</param>
    /// <param name="layers">One after the other; empty for none.</param>
    /// <param name="normalize">Whether the output is scaled to Euclidean length 1.</param>
    /// <param name="join">How the inputs become one row.</param>
    /// <exception cref="ArgumentException">There is no input, two read one feature, a part is null, or widths do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The join is none of the named values.</exception>
    public Tower(IReadOnlyList<TowerInput<T>> inputs, IReadOnlyList<Layer<T>>? layers = null, bool normalize = true, TowerJoin join = TowerJoin.Concatenate)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        (_inputs, _layers, Normalize, Join) = ([.. inputs], [.. layers ?? []], normalize, join);
        int width = WidthOfInputs();
        for (int i = 0; i < _layers.Length; i++)
        {
            Layer<T> layer = _layers[i] ?? throw Argument.HoldsNull(nameof(layers), i);
            if (layer.Inputs != width)
            {
                throw new ArgumentException($"Layer {i} must take rows of length {width}, not {layer.Inputs}.", nameof(layers));
            }

            width = layer.Outputs;
        }

        Dimensions = width;
        Parameters = [.. _inputs.SelectMany(input => input.Parameters).Concat(_layers.SelectMany(layer => layer.Parameters)).Distinct()];
    }

    /// <summary>What reads the features, in the order of the batch's columns.</summary>
    public IReadOnlyList<TowerInput<T>> Inputs => _inputs;

    /// <summary>How the inputs become one row.</summary>
    public TowerJoin Join { get; }

    /// <summary>What follows the joined inputs.</summary>
    public IReadOnlyList<Layer<T>> Layers => _layers;

    /// <summary>Whether the output is scaled to Euclidean length 1.</summary>
    public bool Normalize { get; }

    /// <summary>The number of dimensions of the output.</summary>
    public int Dimensions { get; }

    /// <summary>What training changes, each parameter once.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>The features as they must be.</summary>
    internal FeatureSignature Signature => new([.. _inputs.Select(input => input.Expected)]);

    /// <summary>The embeddings of a batch, [batch, <see cref="Dimensions"/>].</summary>
    /// <param name="tape">Records the ops.</param>
    /// <param name="batch">A column for each input. Must stay as it is until backward has run.</param>
    /// <param name="pass">Training or evaluation.</param>
    /// <exception cref="ArgumentException">The batch has other columns.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is no row of its table.</exception>
    public Variable<T> Apply(Tape<T> tape, EncodedBatch batch, TowerPass pass = default)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Columns.Length != _inputs.Length)
        {
            throw new ArgumentException($"batch must have {_inputs.Length} columns, one for each input, not {batch.Columns.Length}.", nameof(batch));
        }

        Variable<T> embeddings = Joined(tape, batch, pass);
        foreach (Layer<T> layer in _layers)
        {
            embeddings = layer.Apply(embeddings, pass);
        }

        return Normalize ? tape.Apply(_normalizeRows, [embeddings]) : embeddings;
    }

    // Lists of a fixed length, which take no memory.
    private Variable<T> Joined(Tape<T> tape, EncodedBatch batch, TowerPass pass)
    {
        Variable<T> joined = Input(0);
        for (int i = 1; i < _inputs.Length;)
        {
            int left = Join == TowerJoin.Sum ? 1 : Math.Min(3, _inputs.Length - i);
            joined = Join == TowerJoin.Sum ? tape.Apply(_add, [joined, Input(i)])
                : left == 1 ? tape.Apply(_concatenate, [joined, Input(i)])
                : left == 2 ? tape.Apply(_concatenate, [joined, Input(i), Input(i + 1)])
                : tape.Apply(_concatenate, [joined, Input(i), Input(i + 1), Input(i + 2)]);
            i += left;
        }

        return joined;

        Variable<T> Input(int i) => _inputs[i].Apply(tape, batch.Columns[i], pass);
    }

    private int WidthOfInputs()
    {
        if (_inputs.Length == 0)
        {
            throw new ArgumentException("inputs must hold at least one input.", "inputs");
        }

        for (int i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i] is null)
            {
                throw Argument.HoldsNull("inputs", i);
            }

            if (Array.FindIndex(_inputs, other => other.Feature == _inputs[i].Feature) < i)
            {
                throw new ArgumentException($"Two inputs read the feature '{_inputs[i].Feature}'.", "inputs");
            }

            if (Join == TowerJoin.Sum && _inputs[i].Width != _inputs[0].Width)
            {
                throw new ArgumentException(
                    $"Inputs that are added must have one width, but '{_inputs[0].Feature}' has {_inputs[0].Width} and '{_inputs[i].Feature}' {_inputs[i].Width}.", "inputs");
            }
        }

        return Join switch
        {
            TowerJoin.Concatenate => _inputs.Sum(input => input.Width),
            TowerJoin.Sum => _inputs[0].Width,
            _ => throw new ArgumentOutOfRangeException("join", Join, "Inputs are joined by Concatenate or Sum."),
        };
    }
}
