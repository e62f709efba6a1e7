using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;

namespace ManagedRetrieval.Towers;

/// <summary>The mean of the rows of each sequence; an empty sequence gives zeros.</summary>
public sealed class MeanHistory<T> : HistoryEncoder<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SegmentWeightedSum<T> _sum = new();

    /// <summary>Makes an encoder.</summary>
    /// <param name="width">The length of a row, at least 1.</param>
    public MeanHistory(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Inputs = width;
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs => Inputs;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [];

    /// <inheritdoc/>
    public override Variable<T> Apply(Variable<T> rows, ReadOnlyMemory<int> offsets, TowerPass pass = default)
    {
        HistoryRows.Check(nameof(MeanHistory<>), rows, offsets, Inputs);
        Tape<T> tape = rows.Tape;
        return tape.Apply(_sum, [rows, HistoryRows.MeanWeights(tape, offsets.Span)], new OpIndices(default, offsets));
    }
}
