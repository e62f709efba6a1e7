using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Simd;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Makes the scores of some queries, a tile of candidates after the other, by a micro-kernel; or, which for a single vector is faster, by products with candidates as they lie.</summary>
/// <remarks>Scratch: a tile of candidates and all query vectors, packed, and the scores of as many vectors as the micro-kernel has rows; or the scores of one vector.</remarks>
internal unsafe ref struct TileScores<T, TSink> : MicroKernels.IUser<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TSink : struct, IScoreSink<T>, allows ref struct
{
    /// <summary>Bytes of a packed tile of candidates: it stays in the second-level cache while the query vectors pass by.</summary>
    private const int TileBytes = 256 << 10;

    /// <summary>Candidates of a tile at most: the scores of 14 vectors take 28 KiB as floats, and stay in the first-level cache.</summary>
    private const int MostTileRows = 512;

    /// <summary>Candidates of a tile where vectors are few: it is used so seldom that it had better stay in the first-level cache, 32 KiB of 64 floats each.</summary>
    private const int FewTileRows = 128;

    public required ReadOnlySpan<T> Queries;

    /// <summary>What the sink is told for the first of them.</summary>
    public required int First;

    public required ReadOnlySpan<T> Candidates;

    /// <summary>What the sink is told for the first candidate.</summary>
    public required int FirstRow;

    public required int Width;
    public required TSink Sink;
    public required int Heads;

    public readonly void Run<TKernel, TVector, TLanes>()
        where TKernel : struct, IMicroKernel<T>
        where TVector : struct
        where TLanes : struct, ILanes<T, TVector>
    {
        int total = Candidates.Length / Width, vectors = Queries.Length / Width, columns = TKernel.Columns;
        int tileRows = Math.Clamp(TileBytes / sizeof(T) / Width, columns, Math.Max(columns, vectors <= TKernel.Rows ? FewTileRows : MostTileRows)) / columns * columns;
        int vectorStrips = (vectors + TKernel.Rows - 1) / TKernel.Rows;
        int forVectors = AlignedBuffer.RoundUp<T>((vectorStrips * TKernel.Rows * Width) + Packing.Overrun<T>());
        int forTile = AlignedBuffer.RoundUp<T>(tileRows * Width), forScores = AlignedBuffer.RoundUp<T>(TKernel.Rows * tileRows);
        using var scratch = new Scratch<T>(forVectors + forTile + forScores + tileRows + AlignedBuffer.RoundUp<T>(1));
        fixed (T* queries = Queries, candidates = Candidates, start = scratch.Span)
        {
            T* packedVectors = AlignedBuffer.Align(start), tile = packedVectors + forVectors, scores = tile + forTile, best = scores + forScores;
            Pack(queries, vectors, vectors, packedVectors, TKernel.Rows, overrun: true);
            for (int row = 0; row < total; row += tileRows)
            {
                int rows = Math.Min(tileRows, total - row);
                Pack(candidates + ((nint)row * Width), rows, total - row, tile, columns, overrun: false);
                for (int vector = 0; vector < vectors; vector += TKernel.Rows)
                {
                    for (int column = 0; column < rows; column += columns)
                    {
                        TKernel.Run(
                            Width, packedVectors + ((nint)vector * Width), tile + ((nint)column * Width), scores + column, tileRows, accumulate: false, nonTemporal: false);
                    }

                    HandOver(vector, Math.Min(TKernel.Rows, vectors - vector), row, rows, scores, tileRows, best);
                }
            }
        }
    }

    /// <summary>Nothing packed, one vector at a time.</summary>
    public readonly void RunUnpacked()
    {
        int total = Candidates.Length / Width, tileRows = Math.Min(MostTileRows, total);
        using var scratch = new Scratch<T>(2 * tileRows);
        fixed (T* scores = scratch.Span)
        {
            for (int row = 0; row < total; row += tileRows)
            {
                int rows = Math.Min(tileRows, total - row);
                for (int vector = 0; vector < Queries.Length / Width; vector++)
                {
                    MatrixVector.Run(Queries.Slice(vector * Width, Width), Candidates.Slice(row * Width, rows * Width), new Span<T>(scores, rows), accumulate: false);
                    HandOver(vector, 1, row, rows, scores, tileRows, scores + tileRows);
                }
            }
        }
    }

    /// <param name="source">The first row.</param>
    /// <param name="rows">How many to pack.</param>
    /// <param name="all">How many there are, so that what follows is on its way when its turn comes.</param>
    /// <param name="target">[strips, width of a vector, <paramref name="width"/>].</param>
    /// <param name="width">Of a strip.</param>
    /// <param name="overrun">Whether a strip may overrun its end.</param>
    private readonly void Pack(T* source, int rows, int all, T* target, int width, bool overrun)
    {
        for (int i = 0; i < rows; i += width)
        {
            Packing.FromRows(source + ((nint)i * Width), Width, all - i, Width, width, target + ((nint)i * Width), overrun);
        }
    }

    private readonly void HandOver(int vector, int vectors, int row, int rows, T* scores, int stride, T* best)
    {
        for (int i = 0; i < vectors; i++)
        {
            (int query, int head) = Math.DivRem(vector + i, Heads);
            var line = new Span<T>(scores + ((nint)i * stride), rows);
            var greatest = new Span<T>(best, rows);
            if (head > 0)
            {
                TensorPrimitives.Max(greatest, line, greatest);
            }
            else if (Heads > 1)
            {
                line.CopyTo(greatest);
            }

            if (head == Heads - 1)
            {
                Sink.Accept(First + query, FirstRow + row, Heads > 1 ? greatest : line);
            }
        }
    }
}
