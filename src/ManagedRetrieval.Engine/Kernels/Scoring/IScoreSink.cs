namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Takes in scores tile by tile, so that no matrix of queries × candidates is ever held.</summary>
internal interface IScoreSink<T>
{
    /// <summary>Takes the scores of one query against consecutive candidates; rows ascend from call to call.</summary>
    void Accept(int query, int firstRow, ReadOnlySpan<T> scores);

    /// <summary>Ends the work on some queries, all of whose scores were handed over.</summary>
    void Finish(int first, int count);
}
