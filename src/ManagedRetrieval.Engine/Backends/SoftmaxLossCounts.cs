namespace ManagedRetrieval.Engine.Backends;

/// <summary>What a softmax loss met besides.</summary>
/// <param name="RowsWithoutNegatives">Rows of which nothing but positives is left; those that the mask drops do not count.</param>
/// <param name="ColumnsWithoutNegatives">The same of the first Q columns; 0 where the loss is not symmetric.</param>
public readonly record struct SoftmaxLossCounts(int RowsWithoutNegatives, int ColumnsWithoutNegatives);
