namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Hands on scores of one piece of the candidates under the rows that they have among all; who made the sink behind it finishes that, after the last piece.</summary>
/// <param name="sink">Takes the scores in.</param>
/// <param name="offset">The row of the piece's first candidate.</param>
internal readonly ref struct ShiftedSink<T, TSink>(TSink sink, int offset) : IScoreSink<T>
    where TSink : struct, IScoreSink<T>, allows ref struct
{
    private readonly TSink _sink = sink;

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ReadOnlySpan<T> scores) => _sink.Accept(query, offset + firstRow, scores);

    /// <inheritdoc/>
    public void Finish(int first, int count)
    {
    }
}
