namespace ManagedRetrieval.Indexing;

/// <summary>One answer of a search.</summary>
/// <param name="Identifier">The candidate's identifier.</param>
/// <param name="Score">Its dot product with the query.</param>
/// <param name="Row">Its row in the index.</param>
public readonly record struct ScoredCandidate<TId>(TId Identifier, float Score, int Row);
