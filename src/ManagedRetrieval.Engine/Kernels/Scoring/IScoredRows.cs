namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Rows that queries are scored against, however they lie in memory.</summary>
internal interface IScoredRows<T>
{
    /// <summary>Vectors of queries that are scored together at least, where there are so many: what scoring does for each row alone is then a fraction of it; at most <see cref="ScoreTiles.MostVectors"/>.</summary>
    static abstract int LeastVectors { get; }

    /// <summary>The number of rows.</summary>
    int Count { get; }

    /// <summary>Elements of a row, at least 1.</summary>
    int Width { get; }

    /// <summary>Hands every score of some queries against consecutive rows to <paramref name="sink"/>, rows ascending, with the bits of <see cref="ScoreTiles"/>.</summary>
    /// <param name="queries">[queries, heads, width].</param>
    /// <param name="heads">Vectors of a query, at least 1.</param>
    /// <param name="firstQuery">What the sink is told for the first query.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="sink">Takes the scores in; what it keeps lies in memory to which it refers, since it is copied. It is not finished.</param>
    void Score<TSink>(ReadOnlySpan<T> queries, int heads, int firstQuery, int firstRow, int count, TSink sink)
        where TSink : struct, IScoreSink<T>, allows ref struct;
}
