namespace ManagedRetrieval.Indexing;

/// <summary>How far building a <see cref="PartitionedIndex{TId}"/> is.</summary>
/// <param name="Stage">What it is at.</param>
/// <param name="Done">Rows that are done, or rounds of training.</param>
/// <param name="Total">How many there are at most.</param>
public readonly record struct PartitionedBuildProgress(PartitionedBuildStage Stage, int Done, int Total);
