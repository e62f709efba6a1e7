using System.Numerics;
using ManagedRetrieval.Checks;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>The embeddings of a ragged list of ids, joined: Σ w_i · table[id_i], scaled as the combiner says.</summary>
/// <remarks>Inputs that name one table share it; its sparse gradient then collects what all send.</remarks>
public sealed class BagInput<T> : TowerInput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly EmbeddingBag<T> _bag;
    private readonly EmbeddingLookup<T> _lookup = new();

    /// <summary>Makes an input.</summary>
    /// <param name="feature">The name of a sparse feature.</param>
    /// <param name="table">[rows, d].</param>
    /// <param name="combiner">How the rows of a list are joined.</param>
    /// <param name="weights">A weight for each id, [rows, 1], which training changes; null weighs all ids alike.</param>
    /// <exception cref="ArgumentException">The weights have another shape.</exception>
    public BagInput(string feature, EmbeddingTable<T> table, BagCombiner combiner = BagCombiner.Mean, EmbeddingTable<T>? weights = null)
        : base(feature)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (weights is not null && weights.Value.Shape != new Shape(table.Value.Shape[0], 1))
        {
            throw Argument.OtherShape(nameof(weights), $"[{table.Value.Shape[0]}, 1], one for each row of the table", weights.Value.Shape);
        }

        (Table, Combiner, Weights, _bag) = (table, combiner, weights, new EmbeddingBag<T>(combiner));
    }

    /// <summary>The embeddings, [rows, d].</summary>
    public EmbeddingTable<T> Table { get; }

    /// <summary>How the rows of a list are joined.</summary>
    public BagCombiner Combiner { get; }

    /// <summary>The weight of each id, [rows, 1], if ids do not weigh alike.</summary>
    public EmbeddingTable<T>? Weights { get; }

    /// <inheritdoc/>
    public override int Width => Table.Value.Shape[1];

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => Weights is null ? [Table] : [Table, Weights];

    internal override (string Name, int Size, bool IsDense) Expected => (Feature, Table.Value.Shape[0], false);

    internal override Variable<T> Apply(Tape<T> tape, EncodedColumn column, TowerPass pass)
    {
        RaggedIds ids = Read<RaggedIds>(column);
        ids.ThrowIfRowOpen();
        var indices = new OpIndices(ids.Ids, ids.Offsets);
        return Weights is null
            ? tape.Apply(_bag, [tape.Parameter(Table)], indices)
            : tape.Apply(_bag, [tape.Parameter(Table), tape.Apply(_lookup, [tape.Parameter(Weights)], new OpIndices(ids.Ids))], indices);
    }
}
