namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>What became of a query, or of a column.</summary>
internal static class RowState
{
    /// <summary>It has negatives.</summary>
    public const int Whole = 0;

    /// <summary>Nothing but positives is left.</summary>
    public const int WithoutNegatives = 1;

    /// <summary>The mask drops it.</summary>
    public const int Dropped = 2;
}
