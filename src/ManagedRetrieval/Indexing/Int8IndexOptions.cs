namespace ManagedRetrieval.Indexing;

/// <summary>How an <see cref="Int8Index{TId}"/> is built and searched.</summary>
public sealed class Int8IndexOptions
{
    /// <summary>
    /// How many of the scan's best rows are scored again for each query, or for each head of it; never fewer than k. Null for as
    /// many as an exact answer takes where embeddings are kept, and otherwise for the greater of 64 and 4 · k.
    /// </summary>
    public int? Rescored { get; init; }

    /// <summary>
    /// Whether rows that were given as a tensor are scored again as they were given, which shares them; otherwise, and where they come from a
    /// source, the rounded rows are scored, and no floats are kept.
    /// </summary>
    public bool KeepEmbeddings { get; init; } = true;
}
