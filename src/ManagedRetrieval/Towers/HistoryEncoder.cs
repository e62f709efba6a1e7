using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;

namespace ManagedRetrieval.Towers;

/// <summary>A part of a tower that maps ragged sequences of rows, oldest first, to one row each.</summary>
/// <remarks>Immutable but for its parameters. An empty sequence gives a row that does not depend on other sequences.</remarks>
public abstract class HistoryEncoder<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // As with layers: what is saved must be readable.
    private protected HistoryEncoder()
    {
    }

    /// <summary>The length of a row of a sequence.</summary>
    public abstract int Inputs { get; }

    /// <summary>The length of a row of the result.</summary>
    public abstract int Outputs { get; }

    /// <summary>What training changes, in a fixed order.</summary>
    public abstract IReadOnlyList<Parameter<T>> Parameters { get; }

    /// <summary>One row for each sequence, [sequences, <see cref="Outputs"/>].</summary>
    /// <param name="rows">The sequences one after another, [total, <see cref="Inputs"/>].</param>
    /// <param name="offsets">Where each starts, and the total: [sequences + 1]. Must stay as it is until backward has run.</param>
    /// <param name="pass">Training or evaluation.</param>
    public abstract Variable<T> Apply(Variable<T> rows, ReadOnlyMemory<int> offsets, TowerPass pass = default);
}
