namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>A block of a softmax loss, the options, and where what <see cref="LossArguments"/> describes begins in the arrays that hold it.</summary>
internal struct LossShape
{
    /// <summary>The block's first query.</summary>
    public required int First;

    /// <summary>Queries of the block.</summary>
    public required int Count;

    /// <summary>All queries.</summary>
    public required int Queries;

    public required int Candidates;

    public required int HasLogProbability;

    /// <summary>1 leaves the positives' scores uncorrected.</summary>
    public required int KeepsPositives;

    public required int HasRemoved;

    public required int HasMask;

    /// <summary>Negatives that a query keeps; 0 for all.</summary>
    public required int HardNegatives;

    /// <summary>1 joins several positives by the mean of their losses.</summary>
    public required int MeanOfPositives;

    /// <summary>1 where half the loss is over columns.</summary>
    public required int Symmetric;

    public required int HasFactors;

    public int Logits, LogProbability, Factors, PairLogits, Pulls, Losses, Shifts, Scales, ColumnShifts, ColumnScales;

    public int Positives, PositiveOffsets, Removed, RemovedOffsets, States, ColumnStates, ColumnPairs, ColumnOffsets;
}
