using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Towers;

/// <summary>Self-attention over each sequence, of which the last row is the result (SASRec: Kang and McAuley, ICDM 2018); an empty sequence gives zeros.</summary>
/// <remarks>
/// x_i + position of its distance from the end, then the blocks, then a norm, then the last row. As in the paper there is one
/// head, and no matrix after it. Otherwise than there, queries, keys and values all see the normalised rows, as later
/// transformers have it, and positions count from the end, so that a sequence needs no padding and may be longer than those
/// that were trained on: rows from the maximum length on share the last position.
/// </remarks>
public sealed class CausalAttentionHistory<T> : HistoryEncoder<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CausalAttentionBlock<T>[] _blocks;
    private readonly EmbeddingLookup<T> _lookup = new();
    private readonly Add<T> _add = new();
    private readonly SegmentWeightedSum<T> _sum = new();
    private readonly Dropout<T>? _dropout;

    /// <summary>Makes an encoder of existing parts.</summary>
    /// <param name="positions">[maximum length, width]: row i is added to the row that has i rows after it, the last also to all before.</param>
    /// <param name="blocks">Any number, all of the positions' width.</param>
    /// <param name="norm">After the blocks.</param>
    /// <param name="dropoutRate">The share of the sum of rows and positions that a step of training drops, from 0 to less than 1.</param>
    /// <param name="dropoutSeed">Decides, with the step, what is dropped.</param>
    /// <exception cref="ArgumentException">There are no positions, or the widths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public CausalAttentionHistory(
        EmbeddingTable<T> positions, IReadOnlyList<CausalAttentionBlock<T>> blocks, NormLayer<T> norm, double dropoutRate = 0, ulong dropoutSeed = 0)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(norm);
        if (positions.Value.Shape.Rows == 0)
        {
            throw new ArgumentException($"positions must have at least one row, not the shape {positions.Value.Shape}.", nameof(positions));
        }

        int width = positions.Value.Shape[1];
        _blocks = [.. blocks];
        for (int i = 0; i < _blocks.Length; i++)
        {
            if (_blocks[i]?.Width != width)
            {
                string came = _blocks[i] is null ? "is null" : FormattableString.Invariant($"has {_blocks[i].Width}");
                throw new ArgumentException($"blocks must have the positions' width {width}, but block {i} {came}.", nameof(blocks));
            }
        }

        if (norm.Inputs != width)
        {
            throw new ArgumentException($"norm must have the positions' width {width}, not {norm.Inputs}.", nameof(norm));
        }

        _dropout = TrainingDropout.Op<T>(dropoutRate, dropoutSeed);
        (Positions, Norm, DropoutRate, DropoutSeed) = (positions, norm, dropoutRate, dropoutSeed);
    }

    /// <summary>Makes a new encoder.</summary>
    /// <param name="name">Parameters are called <c>name.positions</c>, <c>name.0.query</c> and so on, and <c>name.norm.gain</c>.</param>
    /// <param name="width">The length of a row, at least 1.</param>
    /// <param name="options">What it looks like.</param>
    /// <param name="seed">Together with <paramref name="stream"/> decides the weights, and what dropout drops.</param>
    /// <param name="stream">Keeps the parameters of one model apart.</param>
    /// <remarks>
    /// Positions are uniform in ±0.05, as the embeddings of a new model; matrices as in <see cref="DenseLayer{T}.Create"/>;
    /// norms change nothing but the scale.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static CausalAttentionHistory<T> Create(string name, int width, CausalAttentionOptions options, ulong seed, ulong stream)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Blocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Hidden ?? 1, 1);
        ulong inner = NewParameter.InnerSeed(seed, stream);
        var positions = new EmbeddingTable<T>(name + ".positions", new Tensor<T>(new Shape(options.MaximumLength, width)));
        positions.InitializeUniform(0.05, inner, 0);
        var blocks = new CausalAttentionBlock<T>[options.Blocks];
        for (int i = 0; i < blocks.Length; i++)
        {
            string part = FormattableString.Invariant($"{name}.{i}");
            blocks[i] = CausalAttentionBlock<T>.Create(part, width, options.Hidden ?? width, options.DropoutRate, NewParameter.InnerSeed(inner, (ulong)(i + 1)));
        }

        return new CausalAttentionHistory<T>(
            positions, blocks, NormLayer<T>.Create(name + ".norm", width), options.DropoutRate, NewParameter.InnerSeed(inner, 0));
    }

    /// <summary>What is added to rows by their distance from the end, [maximum length, width].</summary>
    public EmbeddingTable<T> Positions { get; }

    /// <summary>The blocks in order.</summary>
    public IReadOnlyList<CausalAttentionBlock<T>> Blocks => _blocks;

    /// <summary>After the blocks.</summary>
    public NormLayer<T> Norm { get; }

    /// <summary>The share of the sum of rows and positions that a step of training drops.</summary>
    public double DropoutRate { get; }

    /// <summary>Decides, with the step, what is dropped.</summary>
    public ulong DropoutSeed { get; }

    /// <inheritdoc/>
    public override int Inputs => Positions.Value.Shape[1];

    /// <inheritdoc/>
    public override int Outputs => Inputs;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [Positions, .. _blocks.SelectMany(block => block.Parameters), .. Norm.Parameters];

    /// <inheritdoc/>
    public override Variable<T> Apply(Variable<T> rows, ReadOnlyMemory<int> offsets, TowerPass pass = default)
    {
        HistoryRows.Check(nameof(CausalAttentionHistory<>), rows, offsets, Inputs);
        Tape<T> tape = rows.Tape;
        ReadOnlyMemory<int> distances = HistoryRows.DistancesFromEnd(tape, offsets.Span, Positions.Value.Shape.Rows - 1);
        Variable<T> placed = tape.Apply(_add, [rows, tape.Apply(_lookup, [tape.Parameter(Positions)], new OpIndices(distances))]);
        Variable<T> y = TrainingDropout.Apply(_dropout, placed, pass);
        foreach (CausalAttentionBlock<T> block in _blocks)
        {
            y = block.Apply(y, offsets, pass);
        }

        // Before the last rows are picked: a norm of the zeros of an empty sequence would give its shift.
        y = Norm.Apply(y, pass);
        return tape.Apply(_sum, [y, HistoryRows.LastWeights(tape, offsets.Span)], new OpIndices(default, offsets));
    }
}
