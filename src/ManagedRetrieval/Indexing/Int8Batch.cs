namespace ManagedRetrieval.Indexing;

/// <summary>Some queries of a search, where their answers go, and what each needs next.</summary>
internal readonly ref struct Int8Batch
{
    /// <summary>[queries, heads, d].</summary>
    public required ReadOnlySpan<float> Queries { get; init; }

    /// <summary>[queries, k].</summary>
    public required Span<float> Scores { get; init; }

    /// <summary>[queries, k].</summary>
    public required Span<int> Rows { get; init; }

    /// <summary>Which rows may be found.</summary>
    public required RowLimits Limits { get; init; }

    /// <summary>[queries].</summary>
    public required Span<Int8Step> Next { get; init; }

    /// <summary>The number of queries.</summary>
    public int Count => Next.Length;

    /// <summary>Answers of a query.</summary>
    public int K => Rows.Length / Count;

    /// <summary>One query, [heads, d].</summary>
    public ReadOnlySpan<float> Query(int query) => Queries.Slice(query * (Queries.Length / Count), Queries.Length / Count);

    /// <summary>Some of the queries.</summary>
    public Int8Batch Of(int first, int count)
    {
        int length = Queries.Length / Count;
        return new Int8Batch
        {
            Queries = Queries.Slice(first * length, count * length),
            Scores = Scores.Slice(first * K, count * K),
            Rows = Rows.Slice(first * K, count * K),
            Limits = Limits.Of(first, count),
            Next = Next.Slice(first, count),
        };
    }
}
