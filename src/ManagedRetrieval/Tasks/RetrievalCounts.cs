namespace ManagedRetrieval.Tasks;

/// <summary>What one call of a <see cref="RetrievalTask{T}"/> met besides the loss.</summary>
/// <param name="DroppedRows">Rows that were left out because the score mask hides their positive.</param>
/// <param name="RowsWithoutNegatives">Further rows of which nothing but positives is left; their loss and gradient are 0.</param>
public readonly record struct RetrievalCounts(int DroppedRows, int RowsWithoutNegatives);
