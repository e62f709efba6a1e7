namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>What the in-batch softmax loss is made of.</summary>
internal ref struct SoftmaxArguments<T>
    where T : unmanaged
{
    /// <summary>[queries, heads, width].</summary>
    public required ReadOnlySpan<T> Queries;

    /// <summary>[candidates, width].</summary>
    public required ReadOnlySpan<T> Candidates;

    /// <summary>Elements of a vector, at least 1.</summary>
    public required int Width;

    /// <summary>Vectors of a query, at least 1.</summary>
    public required int Heads;

    /// <summary>[candidates], subtracted from each column of scores; empty for none.</summary>
    public ReadOnlySpan<T> LogProbability;

    /// <summary>Whether positives keep their scores where the others are corrected.</summary>
    public bool KeepsPositives;

    /// <summary>Each query's columns, its own among them: taken from the negatives.</summary>
    public required ReadOnlySpan<int> Positives;

    /// <summary>[queries + 1]: where each query's positives start.</summary>
    public required ReadOnlySpan<int> PositiveOffsets;

    /// <summary>Columns that count for nothing.</summary>
    public ReadOnlySpan<int> Removed;

    /// <summary>[queries + 1], or empty where nothing is removed by lists.</summary>
    public ReadOnlySpan<int> RemovedOffsets;

    /// <summary>[queries, candidates]: false takes an entry out, and the whole row where it is the query's own; empty for none.</summary>
    public ReadOnlySpan<bool> Mask;

    /// <summary>Whether several positives are joined by the mean of their losses rather than by the sum of their exponentials.</summary>
    public bool MeanOfPositives;

    /// <summary>Whether half the loss is over columns.</summary>
    public bool Symmetric;

    /// <summary>How many negatives a row keeps, those with the largest logits; 0 keeps all.</summary>
    public int HardNegatives;

    /// <summary>[queries]: what each query's loss is multiplied by in the sum of which gradients are made.</summary>
    public ReadOnlySpan<T> Factors;

    /// <summary>[queries]: receives the losses, without the factors.</summary>
    public required Span<T> Losses;

    /// <summary>[queries, heads, width]: receives a gradient, or empty.</summary>
    public Span<T> QueryGradient;

    /// <summary>[candidates, width]: receives a gradient, or empty together with the other.</summary>
    public Span<T> CandidateGradient;

    /// <summary>The number of queries.</summary>
    public readonly int QueryCount => Losses.Length;

    /// <summary>The number of candidates.</summary>
    public readonly int CandidateCount => Candidates.Length / Width;
}
