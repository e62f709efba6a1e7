namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Takes in the rows whose score in a scan is high enough; of the others nothing leaves the registers.</summary>
internal interface IScanSink<T>
{
    /// <summary>The least score of a query that matters; asked for when a scan starts, and after each call of <see cref="Accept"/>.</summary>
    T Threshold(int query);

    /// <summary>Takes the scores of one query against consecutive rows, at least one of which reaches the threshold.</summary>
    /// <param name="query">As the scan was told.</param>
    /// <param name="firstRow">The first of the rows.</param>
    /// <param name="reached">Bit i where row i of these reaches the threshold; 0 for rows beyond the end.</param>
    /// <param name="scores">Of the rows; whatever it may be for rows beyond the end.</param>
    void Accept(int query, int firstRow, ulong reached, ReadOnlySpan<T> scores);
}
