using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Room for some rows that are added to an index.</summary>
internal sealed class AddedChunk<TId>
    where TId : notnull
{
    /// <summary>Makes room.</summary>
    public AddedChunk(Shape shape, Similarity similarity)
    {
        Given = new Tensor<float>(shape);
        Scored = similarity == Similarity.Cosine ? new Tensor<float>(shape) : Given;
        Identifiers = new TId[shape.Rows];
    }

    /// <summary>The rows as they were given: what a compaction builds from.</summary>
    public Tensor<float> Given { get; }

    /// <summary>The same, or for the cosine of length 1.</summary>
    public Tensor<float> Scored { get; }

    /// <summary>One for each row.</summary>
    public TId[] Identifiers { get; }

    /// <summary>Writes a row that nobody reads yet.</summary>
    public void Write(int row, TId identifier, ReadOnlySpan<float> embedding)
    {
        Identifiers[row] = identifier;
        embedding.CopyTo(Given.Row(row));
        if (!Scored.Memory.Equals(Given.Memory))
        {
            UnitRows.Write(embedding, embedding.Length, Scored.Row(row));
        }
    }
}
