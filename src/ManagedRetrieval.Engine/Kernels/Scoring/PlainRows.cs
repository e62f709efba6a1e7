using System.Numerics;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Rows that lie one after the other.</summary>
/// <param name="rows">[rows, width].</param>
/// <param name="width">Elements of a row, at least 1.</param>
internal readonly ref struct PlainRows<T>(ReadOnlySpan<T> rows, int width) : IScoredRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<T> _rows = rows;

    /// <inheritdoc/>
    public static int LeastVectors => ScoreTiles.LeastVectors;

    /// <inheritdoc/>
    public int Count => _rows.Length / width;

    /// <inheritdoc/>
    public int Width => width;

    /// <inheritdoc/>
    public void Score<TSink>(ReadOnlySpan<T> queries, int heads, int firstQuery, int firstRow, int count, TSink sink)
        where TSink : struct, IScoreSink<T>, allows ref struct =>
        ScoreTiles.Run(queries, firstQuery, _rows.Slice(firstRow * width, count * width), firstRow, width, sink, heads);
}
