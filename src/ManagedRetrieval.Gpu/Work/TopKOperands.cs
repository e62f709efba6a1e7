using ManagedRetrieval.Gpu.Devices;

namespace ManagedRetrieval.Gpu.Work;

/// <summary>A search for the best candidates.</summary>
internal ref struct TopKOperands
{
    /// <summary>[queries, heads, width].</summary>
    public required ReadOnlySpan<float> Queries;

    /// <summary>[candidates, width].</summary>
    public required ReadOnlySpan<float> Candidates;

    /// <summary>The candidates on the device; null where they are to be copied.</summary>
    public required DeviceArray<float>? Kept;

    /// <summary>Elements of a vector, at least 1.</summary>
    public required int Width;

    /// <summary>Vectors of a query, at least 1.</summary>
    public required int Heads;

    /// <summary>1 ≤ k ≤ candidates.</summary>
    public required int K;

    /// <summary>[queries, k]: receives the scores.</summary>
    public required Span<float> Scores;

    /// <summary>[queries, k]: receives the rows.</summary>
    public required Span<int> Rows;

    /// <summary>Each query's rows to pass over.</summary>
    public required ReadOnlySpan<int> Excluded;

    /// <summary>[queries + 1], or empty.</summary>
    public required ReadOnlySpan<int> ExcludedOffsets;

    /// <summary>A bit for each candidate that may be found, or empty.</summary>
    public required ReadOnlySpan<ulong> Admitted;

    /// <summary>Stops between pieces of the candidates.</summary>
    public required CancellationToken CancellationToken;

    /// <summary>The number of queries.</summary>
    public readonly int QueryCount => Rows.Length / K;

    /// <summary>The number of candidates.</summary>
    public readonly int CandidateCount => Candidates.Length / Width;
}
