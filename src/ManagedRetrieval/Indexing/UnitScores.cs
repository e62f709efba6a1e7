using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Indexing;

/// <summary>Rows of any length to score queries against by the cosine: a tile of them is brought to length 1, and scored as rows of floats are.</summary>
/// <param name="rows">[rows, width].</param>
/// <param name="width">Elements of a row, at least 1.</param>
internal readonly ref struct UnitScores(ReadOnlySpan<float> rows, int width) : IScoredRows<float>
{
    /// <summary>Bytes of a tile: it stays in the second-level cache while the queries pass by.</summary>
    private const int TileBytes = 256 << 10;

    private readonly ReadOnlySpan<float> _rows = rows;

    /// <inheritdoc/>
    /// <remarks>Bringing a row to length 1 costs as much as scoring some 30 vectors.</remarks>
    public static int LeastVectors => ScoreTiles.MostVectors;

    /// <inheritdoc/>
    public int Count => _rows.Length / width;

    /// <inheritdoc/>
    public int Width => width;

    /// <inheritdoc/>
    public void Score<TSink>(ReadOnlySpan<float> queries, int heads, int firstQuery, int firstRow, int count, TSink sink)
        where TSink : struct, IScoreSink<float>, allows ref struct
    {
        int tileRows = Math.Clamp(TileBytes / sizeof(float) / width, 1, Math.Max(1, count));
        using var tile = new Scratch<float>(tileRows * width);
        for (int row = firstRow, end = firstRow + count; row < end; row += tileRows)
        {
            int rows = Math.Min(tileRows, end - row);
            Span<float> units = tile.Span[..(rows * width)];
            UnitRows.Write(_rows.Slice(row * width, rows * width), width, units);
            ScoreTiles.Run<float, TSink>(queries, firstQuery, units, row, width, sink, heads);
        }
    }
}
