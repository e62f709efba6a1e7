namespace ManagedRetrieval.Indexing;

/// <summary>What a live index was built from last.</summary>
/// <param name="Index">A fixed index.</param>
/// <param name="Candidates">The rows that it was built from, which it need not keep itself.</param>
internal sealed record LiveBase<TId>(TopKIndex<TId> Index, ICandidateSource<TId> Candidates)
    where TId : notnull;
