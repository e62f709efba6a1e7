using ManagedRetrieval.Features;

namespace ManagedRetrieval.Losses;

/// <summary>For each query the ids of candidates that are known to be right, and so are never its negatives.</summary>
/// <param name="Ids">The ids of all queries, one query after the other; of the same type as the candidates' ids.</param>
/// <param name="Offsets">Where each query's ids start, then the number of all: Q + 1 numbers.</param>
public readonly record struct KnownPositives(CandidateIds Ids, ReadOnlyMemory<int> Offsets);
