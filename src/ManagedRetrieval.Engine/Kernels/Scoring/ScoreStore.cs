namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Keeps all scores, where the candidates are few.</summary>
/// <param name="scores">[queries, candidates].</param>
/// <param name="candidates">The number of candidates.</param>
internal readonly ref struct ScoreStore(Span<float> scores, int candidates) : IScoreSink<float>
{
    private readonly Span<float> _scores = scores;

    /// <inheritdoc/>
    public void Accept(int query, int firstRow, ReadOnlySpan<float> scores) => scores.CopyTo(_scores[((query * candidates) + firstRow)..]);

    /// <inheritdoc/>
    public void Finish(int first, int count)
    {
    }
}
