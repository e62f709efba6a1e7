namespace ManagedRetrieval.Indexing;

/// <summary>How far a compaction has read the candidates; when all are read, the new index is built.</summary>
/// <param name="Candidates">Candidates read so far.</param>
/// <param name="TotalCandidates">Candidates of all.</param>
public readonly record struct CompactionProgress(int Candidates, int TotalCandidates);
