using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Simd;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>Scores a super-block of queries against a range of candidates, each part some blocks, for what the pass is about.</summary>
internal unsafe struct ScoreJob<T, TKernel, TVector, TLanes> : IParallelJob
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IMicroKernel<T>
    where TVector : struct
    where TLanes : struct, ILanes<T, TVector>
{
    /// <summary>Blocks of a part: they share what fetching a chunk of candidates costs.</summary>
    private const int BlocksPerPart = 2;

    public required SoftmaxContext<T> Context;

    public readonly int Parts => (Context.Blocks + BlocksPerPart - 1) / BlocksPerPart;

    private readonly bool MakesGradients => Context.Pass != SoftmaxPass.Losses;

    /// <inheritdoc/>
    public readonly void Run(int part)
    {
        int first = part * BlocksPerPart, count = Math.Min(BlocksPerPart, Context.Blocks - first), room = 0;
        for (int i = 0; i < count; i++)
        {
            room += BlockEntries<T>.Count(Context, first + i);
        }

        // For the entries of all blocks; a vector for what sums are multiplied by; for several heads their greatest score, and what becomes of it.
        using var entriesScratch = new Scratch<ulong>(room);
        using var scratch = new Scratch<T>(Context.Lanes + (Context.Heads > 1 ? 2 * (int)Context.TileSize : 0) + AlignedBuffer.RoundUp<T>(1));
        BlockEntries<T>* entries = stackalloc BlockEntries<T>[BlocksPerPart];
        fixed (ulong* start = entriesScratch.Span)
        {
            fixed (T* unaligned = scratch.Span)
            {
                T* scale = AlignedBuffer.Align(unaligned);
                ulong* next = start;
                for (int i = 0; i < count; i++)
                {
                    Begin(first + i);
                    entries[i] = new BlockEntries<T>(Context, first + i, next);
                    next += BlockEntries<T>.Count(Context, first + i);
                }

                for (int chunk = 0; chunk < Context.Chunks; chunk++)
                {
                    for (int i = 0; i < count; i++)
                    {
                        Chunk(first + i, chunk, ref entries[i], scale, scale + Context.Lanes);
                    }
                }
            }
        }

        if (Context.IsLastRange)
        {
            for (int i = 0; i < count; i++)
            {
                End(first + i);
            }
        }
    }

    private readonly void Begin(int block)
    {
        if (!Context.IsFirstRange)
        {
            return;
        }

        int query = Context.FirstQuery(block);
        for (int head = 0; head < Context.Heads; head++)
        {
            Packing.FromRows(
                Context.QueryRow(query, head), Context.Heads * Context.Width, Context.QueriesOf(block), Context.Width, Context.Lanes, Context.Strip(block, head), overrun: false);
        }

        if (Context.Pass != SoftmaxPass.Gradients)
        {
            new Span<T>(Context.Shifts + query, Context.Lanes).Fill(SoftmaxRows<T>.NoShift);
            new Span<T>(Context.Sums + query, Context.Lanes).Clear();
        }
    }

    private readonly void Chunk(int block, int chunk, ref BlockEntries<T> entries, T* scale, T* greatest)
    {
        int number = Context.FirstChunk + chunk, rows = Context.RowsOf(number), lanes = Context.Lanes;
        T* tiles = Context.Tile(block, chunk), logits = tiles;
        for (int head = 0; head < Context.Heads; head++)
        {
            Score(Context.Strip(block, head), number, tiles + (head * Context.TileSize));
        }

        if (Context.Heads > 1)
        {
            logits = greatest + Context.TileSize;
            LogitTile<T, TVector, TLanes>.Greatest(tiles, Context.Heads, Context.TileSize, greatest, logits);
        }

        if (rows < Context.ChunkRows)
        {
            new Span<T>(logits + ((nint)rows * lanes), (Context.ChunkRows - rows) * lanes).Fill(T.NegativeInfinity);
        }

        entries.TakeOut(Context, number, logits, tiles);
        entries.Hide(Context, number, rows, logits);
        if (Context.LogProbability is not null)
        {
            LogitTile<T, TVector, TLanes>.SubtractFromRows(logits, rows, Context.LogProbability + ((nint)number * Context.ChunkRows));
        }

        if (Context.Pass != SoftmaxPass.Gradients)
        {
            Sum(block, chunk, logits, scale);
        }
        else
        {
            Derive(Context.FirstQuery(block), number, logits, scale);
        }

        if (Context.Heads > 1 && MakesGradients)
        {
            LogitTile<T, TVector, TLanes>.Deal(tiles, Context.Heads, Context.TileSize, greatest, logits);
        }
        else if (Context.Heads > 1 && Context.Symmetric)
        {
            new Span<T>(logits, (int)Context.TileSize).CopyTo(new Span<T>(tiles, (int)Context.TileSize));
        }

        for (int head = 0; MakesGradients && head < Context.Heads; head++)
        {
            Add(Context.Gradient(block, head), tiles + (head * Context.TileSize), number, rows);
        }
    }

    private readonly void Score(T* strip, int chunk, T* tile)
    {
        T* packed = Context.Packed + (chunk * Context.PackedStride);
        for (int row = 0; row < Context.ChunkRows; row += TKernel.Rows)
        {
            TKernel.Run(Context.Width, packed, strip, tile + ((nint)row * Context.Lanes), Context.Lanes, accumulate: false, nonTemporal: false);
            packed += TKernel.Rows * Context.Width;
        }
    }

    /// <summary>Adds the exponentials to the rows' sums.</summary>
    private readonly void Sum(int block, int chunk, T* logits, T* scale)
    {
        int query = Context.FirstQuery(block);
        T* shift = Context.Shifts + query, sums = Context.Sums + query;
        if (LogitTile<T, TVector, TLanes>.MoveShift(logits, Context.ChunkRows, shift, scale))
        {
            LogitTile<T, TVector, TLanes>.Scale(sums, 1, scale);
            for (int head = 0; MakesGradients && chunk > 0 && head < Context.Heads; head++)
            {
                LogitTile<T, TVector, TLanes>.Scale(Context.Gradient(block, head), Context.GradientRows, scale);
            }
        }

        if (!MakesGradients)
        {
            LogitTile<T, TVector, TLanes>.AddExponentials(logits, Context.ChunkRows, shift, sums);
            return;
        }

        LogitTile<T, TVector, TLanes>.Exponentials(logits, Context.ChunkRows, shift, sums);
        new Span<T>(shift, Context.Lanes).CopyTo(new Span<T>(Context.ChunkShift(block, chunk), Context.Lanes));
    }

    /// <summary>Makes derivatives of the logits; where the loss is not symmetric, they still lack the rows' scales.</summary>
    private readonly void Derive(int query, int chunk, T* logits, T* unused)
    {
        if (!Context.Symmetric)
        {
            LogitTile<T, TVector, TLanes>.Exponentials(logits, Context.ChunkRows, Context.Shifts + query, unused);
            return;
        }

        int row = chunk * Context.ChunkRows;
        LogitTile<T, TVector, TLanes>.BothDerivatives(
            logits, Context.ChunkRows, Context.Shifts + query, Context.Scales + query, Context.ColumnShifts + row, Context.ColumnScales + row);
    }

    /// <summary>Adds a chunk's candidates, times their derivatives, to a transposed gradient.</summary>
    private readonly void Add(T* gradient, T* tile, int chunk, int rows)
    {
        T* candidates = Context.Rows(chunk);
        for (int row = 0; row < Context.GradientRows; row += TKernel.Rows)
        {
            TKernel.RunUnpacked(rows, candidates + row, Context.Width, tile, gradient + ((nint)row * Context.Lanes), Context.Lanes, accumulate: chunk > 0);
        }
    }

    private readonly void End(int block)
    {
        int query = Context.FirstQuery(block), count = Context.QueriesOf(block);
        if (Context.Pass != SoftmaxPass.Gradients && !Context.Symmetric)
        {
            SoftmaxRows<T>.Finish(Context, query, count);
            new Span<T>(Context.Scales + query + count, Context.Lanes - count).Clear();
        }

        for (int head = 0; MakesGradients && head < Context.Heads; head++)
        {
            T* gradient = Context.Gradient(block, head);
            if (!Context.Symmetric)
            {
                LogitTile<T, TVector, TLanes>.Scale(gradient, Context.GradientRows, Context.Scales + query);
            }

            Write(gradient, query, count, head);
        }
    }

    private readonly void Write(T* gradient, int query, int count, int head)
    {
        int width = Context.Width, stride = Context.Heads * width;
        var target = new Span<T>(Context.QueryGradient + ((nint)query * stride) + (head * width), ((count - 1) * stride) + width);
        for (int lane = 0; lane < count; lane++)
        {
            Span<T> row = target.Slice(lane * stride, width);
            for (int d = 0; d < width; d++)
            {
                row[d] = gradient[((nint)d * Context.Lanes) + lane];
            }

            for (int p = Context.PositiveOffsets[query + lane]; p < Context.PositiveOffsets[query + lane + 1]; p++)
            {
                if (Context.Heads == 1 || Context.PullHeads[p] == head)
                {
                    TensorPrimitives.FusedMultiplyAdd(new ReadOnlySpan<T>(Context.CandidateRows + ((nint)Context.Positives[p] * width), width), -Context.Pulls[p], row, row);
                }
            }
        }
    }
}
