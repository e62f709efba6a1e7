using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Rows of <see cref="Half"/> to score queries against: a tile of rows is widened, and scored as rows of floats are.</summary>
/// <remarks>Widening is exact, so a score has the bits that <see cref="ScoreTiles"/> gives it for the same rows as floats.</remarks>
/// <param name="rows">[rows, width].</param>
/// <param name="width">Elements of a row, at least 1.</param>
internal readonly ref struct HalfScores(ReadOnlySpan<Half> rows, int width) : IScoredRows<float>
{
    /// <summary>Bytes of a tile of floats that one vector passes by: half of the first-level cache.</summary>
    private const int OneTileBytes = 16 << 10;

    /// <summary>Bytes of a tile that many vectors, packed once for each, pass by: in the second-level cache.</summary>
    private const int TileBytes = 256 << 10;

    private readonly ReadOnlySpan<Half> _rows = rows;

    /// <inheritdoc/>
    public static int LeastVectors => ScoreTiles.LeastVectors;

    /// <inheritdoc/>
    public int Count => _rows.Length / width;

    /// <inheritdoc/>
    public int Width => width;

    /// <inheritdoc/>
    public void Score<TSink>(ReadOnlySpan<float> queries, int heads, int firstQuery, int firstRow, int count, TSink sink)
        where TSink : struct, IScoreSink<float>, allows ref struct
    {
        int bytes = queries.Length == width ? OneTileBytes : TileBytes;
        int tileRows = Math.Clamp(bytes / sizeof(float) / width, 1, Math.Max(1, count));
        using var tile = new Scratch<float>(tileRows * width);
        for (int row = firstRow, end = firstRow + count; row < end; row += tileRows)
        {
            int rows = Math.Min(tileRows, end - row);
            Span<float> widened = tile.Span[..(rows * width)];
            HalfRows.Widen(_rows.Slice(row * width, rows * width), widened);
            ScoreTiles.Run<float, TSink>(queries, firstQuery, widened, row, width, sink, heads);
        }
    }
}
