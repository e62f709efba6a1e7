using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>The embeddings of a ragged sequence of ids, oldest first, made one row by a history encoder.</summary>
/// <remarks>The table may be that of another input, such as the candidate tower's: a history is then read in the words of the candidates.</remarks>
public sealed class SequenceInput<T> : TowerInput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly EmbeddingLookup<T> _lookup = new();

    /// <summary>Makes an input.</summary>
    /// <param name="feature">The name of a sparse feature.</param>
    /// <param name="table">[rows, d].</param>
    /// <param name="encoder">Takes rows of length d.</param>
    /// <exception cref="ArgumentException">The encoder takes rows of another length.</exception>
    public SequenceInput(string feature, EmbeddingTable<T> table, HistoryEncoder<T> encoder)
        : base(feature)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(encoder);
        if (encoder.Inputs != table.Value.Shape[1])
        {
            throw new ArgumentException($"encoder must take the table's {table.Value.Shape[1]} dimensions, not {encoder.Inputs}.", nameof(encoder));
        }

        (Table, Encoder) = (table, encoder);
    }

    /// <summary>The embeddings, [rows, d].</summary>
    public EmbeddingTable<T> Table { get; }

    /// <summary>Makes one row of a sequence.</summary>
    public HistoryEncoder<T> Encoder { get; }

    /// <inheritdoc/>
    public override int Width => Encoder.Outputs;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter<T>> Parameters => [Table, .. Encoder.Parameters];

    internal override (string Name, int Size, bool IsDense) Expected => (Feature, Table.Value.Shape[0], false);

    internal override Variable<T> Apply(Tape<T> tape, EncodedColumn column, TowerPass pass)
    {
        RaggedIds ids = Read<RaggedIds>(column);
        ids.ThrowIfRowOpen();
        return Encoder.Apply(tape.Apply(_lookup, [tape.Parameter(Table)], new OpIndices(ids.Ids)), ids.Offsets, pass);
    }
}
