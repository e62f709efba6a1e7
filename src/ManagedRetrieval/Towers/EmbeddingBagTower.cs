using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>A tower that joins the embeddings of a ragged list of ids: bag, then optionally a linear layer, then optionally length 1.</summary>
/// <remarks>Two towers may share a table; its sparse gradient then collects what both send.</remarks>
public sealed class EmbeddingBagTower<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly EmbeddingBag<T> _bag;
    private readonly NormalizeRows<T> _normalizeRows = new();

    /// <summary>Makes a tower.</summary>
    /// <param name="table">[rows, d].</param>
    /// <param name="combiner">How the rows of a list are joined.</param>
    /// <param name="linear">A layer from d to the output's dimensions; null for none.</param>
    /// <param name="normalize">Whether the output is scaled to Euclidean length 1.</param>
    /// <exception cref="ArgumentException">The layer takes another number of inputs than the table has dimensions.</exception>
    public EmbeddingBagTower(EmbeddingTable<T> table, BagCombiner combiner = BagCombiner.Mean, Linear<T>? linear = null, bool normalize = true)
    {
        ArgumentNullException.ThrowIfNull(table);
        int dimensions = table.Value.Shape[1];
        if (linear is not null && linear.Weights.Value.Shape[0] != dimensions)
        {
            throw new ArgumentException(
                $"linear must take the table's {dimensions} dimensions, but its weights have the shape {linear.Weights.Value.Shape}.", nameof(linear));
        }

        (Table, Combiner, Linear, Normalize, _bag) = (table, combiner, linear, normalize, new EmbeddingBag<T>(combiner));
    }

    /// <summary>The embeddings, [rows, d].</summary>
    public EmbeddingTable<T> Table { get; }

    /// <summary>How the rows of a list are joined.</summary>
    public BagCombiner Combiner { get; }

    /// <summary>The layer after the bag, if any.</summary>
    public Linear<T>? Linear { get; }

    /// <summary>Whether the output is scaled to Euclidean length 1.</summary>
    public bool Normalize { get; }

    /// <summary>The number of dimensions of the output.</summary>
    public int Dimensions => Linear?.Bias.Value.Shape[0] ?? Table.Value.Shape[1];

    /// <summary>The embeddings [batch, dimensions] of a batch of ragged ids.</summary>
    /// <param name="tape">Records the ops.</param>
    /// <param name="batch">Must stay as it is until backward has run.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is no row of the table.</exception>
    public Variable<T> Apply(Tape<T> tape, RaggedIds batch)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(batch);
        batch.ThrowIfRowOpen();
        Variable<T> embeddings = tape.Apply(_bag, [tape.Parameter(Table)], new OpIndices(batch.Ids, batch.Offsets));
        if (Linear is not null)
        {
            embeddings = Linear.Apply(embeddings);
        }

        return Normalize ? tape.Apply(_normalizeRows, [embeddings]) : embeddings;
    }
}
