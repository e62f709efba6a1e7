namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>What the workers of one loss share: operands, results, scratch, and how the work is cut.</summary>
/// <remarks>
/// Queries are worked on by blocks, of as many as a strip of results has columns ("lanes"), candidates by chunks. A super-block
/// is some blocks, a range some chunks, whose logits are in memory at the same time.
/// </remarks>
internal unsafe struct SoftmaxContext<T>
    where T : unmanaged
{
    public int Queries, Heads, Candidates, Width;

    /// <summary>Queries of a block, candidates of a chunk, blocks of a super-block and chunks of a range at most.</summary>
    public int Lanes, ChunkRows, MostBlocks, MostChunks;

    /// <summary>Rows of a block's transposed gradient: the width, rounded up to the micro-kernel's rows.</summary>
    public int GradientRows;

    public bool KeepsPositives, MeanOfPositives, Symmetric;

    // Operands, as in the arguments.
    public T* QueryRows, CandidateRows, LogProbability, Factors;
    public bool* Mask;
    public int* Positives, PositiveOffsets, Removed, RemovedOffsets;

    // Results.
    public T* Losses, QueryGradient, CandidateGradient;

    /// <summary>All candidates, packed as the micro-kernel's first operand, chunks <see cref="PackedStride"/> apart.</summary>
    public T* Packed;

    /// <summary>The last chunk's candidates with room behind them, since the micro-kernel reads whole strips.</summary>
    public T* LastRows;

    /// <summary>[blocks, chunks of the range, heads, chunk rows, lanes]: logits, then their exponentials or derivatives.</summary>
    public T* Tiles;

    /// <summary>[blocks, chunks of the range, lanes]: what each chunk's exponentials were shifted by, where all is done in one pass.</summary>
    public T* ChunkShifts;

    /// <summary>[blocks, heads, width, lanes]: the super-block's queries, packed as the second operand.</summary>
    public T* Strips;

    /// <summary>[blocks, heads, gradient rows, lanes]: the super-block's gradients, transposed.</summary>
    public T* Gradients;

    /// <summary>[queries, rounded up]: each row's shift, its sum of shifted exponentials, and what these are multiplied by to be derivatives.</summary>
    public T* Shifts, Sums, Scales;

    /// <summary>[candidates, rounded up]: the same of the columns. The sums are [candidates, lanes of a register].</summary>
    public T* ColumnShifts, ColumnSums, ColumnScales;

    /// <summary>Aligned with the positives: their logits, and their derivatives with the opposite sign.</summary>
    public T* Logits, Pulls;

    /// <summary>Aligned with the positives, where queries have several heads: the one that made the logit.</summary>
    public int* PullHeads;

    // The part of the work at hand.
    public SoftmaxPass Pass;
    public int FirstBlock, Blocks, FirstChunk, Chunks;

    /// <summary>Elements from a chunk's tiles to the next's; 0 where no tile is needed again.</summary>
    public nint ChunkStride;

    /// <summary>Elements from one packed chunk to the next.</summary>
    public nint PackedStride;

    public readonly int BlockCount => (Queries + Lanes - 1) / Lanes;

    public readonly int ChunkCount => (Candidates + ChunkRows - 1) / ChunkRows;

    public readonly nint TileSize => (nint)ChunkRows * Lanes;

    /// <summary>Elements from a block's tiles to the next block's.</summary>
    public readonly nint BlockStride => MostChunks * Heads * TileSize;

    public readonly bool IsFirstRange => FirstChunk == 0;

    public readonly bool IsLastRange => FirstChunk + Chunks == ChunkCount;

    /// <summary>The first query of a block, which is counted from the first at hand.</summary>
    public readonly int FirstQuery(int block) => (FirstBlock + block) * Lanes;

    /// <summary>How many queries a block has.</summary>
    public readonly int QueriesOf(int block) => Math.Min(Lanes, Queries - FirstQuery(block));

    /// <summary>How many candidates a chunk has, which is counted from the first of all.</summary>
    public readonly int RowsOf(int chunk) => Math.Min(ChunkRows, Candidates - (chunk * ChunkRows));

    /// <summary>The tiles of a block and a chunk, both counted from the first at hand.</summary>
    public readonly T* Tile(int block, int chunk) => Tiles + (block * BlockStride) + (chunk * ChunkStride);

    public readonly T* ChunkShift(int block, int chunk) => ChunkShifts + ((((nint)block * MostChunks) + chunk) * Lanes);

    public readonly T* Strip(int block, int head) => Strips + ((((nint)block * Heads) + head) * Width * Lanes);

    public readonly T* Gradient(int block, int head) => Gradients + ((((nint)block * Heads) + head) * GradientRows * Lanes);

    /// <summary>A chunk's candidates, row by row.</summary>
    public readonly T* Rows(int chunk) => chunk == ChunkCount - 1 ? LastRows : CandidateRows + ((nint)chunk * ChunkRows * Width);

    /// <summary>One head of a query.</summary>
    public readonly T* QueryRow(int query, int head) => QueryRows + ((((nint)query * Heads) + head) * Width);
}
