namespace ManagedRetrieval.Indexing;

/// <summary>What a live index was built from last.</summary>
internal sealed class LiveBase<TId>(TopKIndex<TId> index, ICandidateSource<TId> candidates)
    where TId : notnull
{
    /// <summary>A fixed index.</summary>
    public TopKIndex<TId> Index { get; } = index;

    /// <summary>The rows that it was built from, which it need not keep itself.</summary>
    public ICandidateSource<TId> Candidates { get; } = candidates;
}
