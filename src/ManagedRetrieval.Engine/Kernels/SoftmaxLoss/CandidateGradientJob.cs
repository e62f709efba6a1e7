using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Simd;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>Adds a super-block of queries to the candidates' gradient, each part to a chunk of candidates of its own, in the queries' order.</summary>
internal unsafe struct CandidateGradientJob<T, TKernel, TVector, TLanes> : IParallelJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IMicroKernel<T>
    where TVector : struct
    where TLanes : struct, ILanes<T, TVector>
{
    /// <summary>Blocks that are added while a tile of the gradient stays in registers.</summary>
    private const int MostSegments = 8;

    public required SoftmaxContext<T> Context;

    /// <inheritdoc/>
    public readonly void Run(int part)
    {
        int lanes = Context.Lanes, strips = (Context.Width + lanes - 1) / lanes, size = strips * lanes * lanes;
        using var scratch = new Scratch<T>((MostSegments * size) + lanes + AlignedBuffer.RoundUp<T>(1));
        fixed (T* unaligned = scratch.Span)
        {
            T* packed = AlignedBuffer.Align(unaligned), scale = packed + (MostSegments * size);
            for (int block = 0; block < Context.Blocks; block += MostSegments)
            {
                int segments = Math.Min(MostSegments, Context.Blocks - block);
                for (int head = 0; head < Context.Heads; head++)
                {
                    for (int segment = 0; segment < segments; segment++)
                    {
                        Scales(block + segment, part, scale);
                        Pack(block + segment, head, strips, scale, packed + (segment * size));
                    }

                    Add(block, segments, part, head, packed, size, accumulate: Context.FirstBlock + block + head > 0);
                }
            }
        }

        AddPositives(Context.FirstChunk + part);
    }

    /// <summary>What a block's and a chunk's tile lacks to be derivatives.</summary>
    private readonly void Scales(int block, int chunk, T* scale)
    {
        int query = Context.FirstQuery(block);
        for (int lane = 0; lane < Context.Lanes; lane += TLanes.Count)
        {
            TVector factor = Context.Symmetric ? TLanes.Create(T.One) : TLanes.Load(Context.Scales + query + lane);
            if (Context.Pass == SoftmaxPass.Both)
            {
                TVector moved = TLanes.Subtract(TLanes.Load(Context.ChunkShift(block, chunk) + lane), TLanes.Load(Context.Shifts + query + lane));
                factor = TLanes.Multiply(factor, LaneExp<T, TVector, TLanes>.Run(moved));
            }

            TLanes.Store(factor, scale + lane);
        }
    }

    /// <summary>[strips, lanes, lanes]: a block's queries, each times its scale.</summary>
    private readonly void Pack(int block, int head, int strips, T* scale, T* packed)
    {
        int query = Context.FirstQuery(block), count = Context.QueriesOf(block), lanes = Context.Lanes;
        for (int strip = 0; strip < strips; strip++)
        {
            int columns = Math.Min(lanes, Context.Width - (strip * lanes));
            for (int lane = 0; lane < lanes; lane++, packed += lanes)
            {
                if (lane >= count)
                {
                    new Span<T>(packed, lanes).Clear();
                    continue;
                }

                T* row = Context.QueryRow(query + lane, head) + (strip * lanes);
                if (columns == lanes)
                {
                    TVector factor = TLanes.Broadcast(scale + lane);
                    TLanes.Store(TLanes.Multiply(TLanes.Load(row), factor), packed);
                    TLanes.Store(TLanes.Multiply(TLanes.Load(row + TLanes.Count), factor), packed + TLanes.Count);
                }
                else
                {
                    TensorPrimitives.Multiply(new ReadOnlySpan<T>(row, columns), scale[lane], new Span<T>(packed, columns));
                    new Span<T>(packed + columns, lanes - columns).Clear();
                }
            }
        }
    }

    private readonly void Add(int block, int segments, int chunk, int head, T* packed, int size, bool accumulate)
    {
        int number = Context.FirstChunk + chunk, rows = Context.RowsOf(number), lanes = Context.Lanes, width = Context.Width;
        T* tile = Context.Tile(block, chunk) + (head * Context.TileSize);
        T* target = Context.CandidateGradient + ((nint)number * Context.ChunkRows * width);
        for (int row = 0; row < rows; row += TKernel.Rows)
        {
            for (int column = 0; column < width; column += lanes)
            {
                T* strip = packed + ((nint)column * lanes), result = target + ((nint)row * width) + column;
                if (rows - row >= TKernel.Rows && width - column >= lanes)
                {
                    TKernel.RunTransposed(segments, tile, Context.BlockStride, strip, size, result, width, accumulate);
                }
                else
                {
                    Edge(segments, tile, strip, size, result, Math.Min(TKernel.Rows, rows - row), Math.Min(lanes, width - column), accumulate);
                }
            }

            tile += TKernel.Rows * lanes;
        }
    }

    private readonly void Edge(int segments, T* tile, T* strip, int size, T* result, int rows, int columns, bool accumulate)
    {
        int lanes = Context.Lanes;
        T* whole = stackalloc T[TKernel.Rows * lanes];
        TKernel.RunTransposed(segments, tile, Context.BlockStride, strip, size, whole, lanes, accumulate: false);
        for (int i = 0; i < rows; i++)
        {
            var source = new ReadOnlySpan<T>(whole + (i * lanes), columns);
            var target = new Span<T>(result + ((nint)i * Context.Width), columns);
            if (accumulate)
            {
                TensorPrimitives.Add(target, source, target);
            }
            else
            {
                source.CopyTo(target);
            }
        }
    }

    private readonly void AddPositives(int chunk)
    {
        int start = chunk * Context.ChunkRows, rows = Context.RowsOf(chunk), width = Context.Width;
        int query = Context.FirstQuery(0), end = Math.Min(Context.Queries, query + (Context.Blocks * Context.Lanes));
        for (; query < end; query++)
        {
            for (int p = Context.PositiveOffsets[query]; p < Context.PositiveOffsets[query + 1]; p++)
            {
                int column = Context.Positives[p];
                if (column >= start && column < start + rows)
                {
                    T* row = Context.QueryRow(query, Context.Heads > 1 ? Context.PullHeads[p] : 0);
                    var target = new Span<T>(Context.CandidateGradient + ((nint)column * width), width);
                    TensorPrimitives.FusedMultiplyAdd(new ReadOnlySpan<T>(row, width), -Context.Pulls[p], target, target);
                }
            }
        }
    }
}
