namespace ManagedRetrieval.Indexing;

/// <summary>What a query of an <see cref="Int8Index{TId}"/> needs next; each step goes to a later one.</summary>
internal enum Int8Step : byte
{
    /// <summary>The best rows by a scan, which are scored.</summary>
    Scan,

    /// <summary>All rows whose bounds reach the k-th score that is known, which are scored.</summary>
    Reach,

    /// <summary>All rows, which are scored.</summary>
    All,

    /// <summary>Nothing: its answer can get no better.</summary>
    Done,
}
