using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Simd;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.SoftmaxLoss;

/// <summary>The in-batch softmax loss and its gradients, without the matrix of scores.</summary>
/// <remarks>
/// <para>
/// The logits of a block of queries are kept transposed, [candidate, query], as a strip of the micro-kernel's results: so the
/// softmax is vertical, the strip is the second operand of the queries' gradient and the first of the candidates', and
/// the normaliser is put into the queries. The workers score a super-block of queries, each its own blocks; then each
/// adds it to its own chunks of the candidates' gradient, in the queries' order. Where the loss is not symmetric and the
/// candidates of some blocks fit into the buffer, one pass does it: exponentials are taken against a shift that may still
/// move up, and what is summed so far is moved with it. Otherwise a first pass makes sums and losses, and a second one
/// the scores anew, range by range of the candidates.
/// </para>
/// <para>
/// Positives are taken out of the tiles and handled one by one, so that a row which is sure of itself keeps the digits of
/// its small loss. The result depends on the inputs alone. Scratch: the candidates packed, the buffer, and some numbers a row.
/// </para>
/// </remarks>
internal unsafe ref struct StreamedSoftmax<T> : MicroKernels.IUser<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Bytes of the logits that are in memory at the same time: half of a last-level cache of 32 MiB.</summary>
    private const int BufferBytes = 16 << 20;

    /// <summary>Blocks that must fit for one pass, in twice the buffer, so that some workers have something to do.</summary>
    private const int FewBlocks = 4;

    /// <summary>Blocks of a super-block where the candidates come in ranges.</summary>
    private const int SomeBlocks = 16;

    /// <summary>About so many candidates make a chunk: their tile, 14 KiB, and they themselves stay in the first-level cache by turns.</summary>
    private const int AboutChunkRows = 112;

    private SoftmaxArguments<T> _arguments;
    private SoftmaxContext<T> _context;
    private WorkerTeam _team;
    private int _bufferBytes;
    private (int Rows, int Columns) _without;

    /// <summary>Makes the losses, and the gradients where they are asked for.</summary>
    /// <param name="arguments">The operands; their shapes fit.</param>
    /// <param name="team">Shares out the work.</param>
    /// <param name="strategy">The width of the vectors; tests force one.</param>
    /// <param name="bufferBytes">Of the logits in memory; tests force many ranges.</param>
    /// <returns>How many rows have no negative but were not dropped by the mask, and how many of the first columns, where the loss is symmetric.</returns>
    public static (int Rows, int Columns) Run(
        SoftmaxArguments<T> arguments, WorkerTeam team, GemmStrategy strategy = GemmStrategy.Automatic, int bufferBytes = BufferBytes)
    {
        var streamed = new StreamedSoftmax<T> { _arguments = arguments, _team = team, _bufferBytes = bufferBytes };
        MicroKernels.Use<T, StreamedSoftmax<T>>(
            ref streamed, arguments.QueryCount * arguments.Heads, strategy == GemmStrategy.Automatic ? MicroKernels.Widest<T>() : strategy);
        return streamed._without;
    }

    /// <inheritdoc/>
    public void Run<TKernel, TVector, TLanes>()
        where TKernel : struct, IMicroKernel<T>
        where TVector : struct
        where TLanes : struct, ILanes<T, TVector>
    {
        SoftmaxArguments<T> a = _arguments;
        _context = new SoftmaxContext<T>
        {
            Queries = a.QueryCount,
            Heads = a.Heads,
            Candidates = a.CandidateCount,
            Width = a.Width,
            Lanes = TKernel.Columns,
            ChunkRows = AboutChunkRows / TKernel.Rows * TKernel.Rows,
            GradientRows = (a.Width + TKernel.Rows - 1) / TKernel.Rows * TKernel.Rows,
            KeepsPositives = a.KeepsPositives,
            MeanOfPositives = a.MeanOfPositives,
            Symmetric = a.Symmetric,
        };
        fixed (T* queries = a.Queries, candidates = a.Candidates, probabilities = a.LogProbability, factors = a.Factors)
        fixed (int* positives = a.Positives, positiveOffsets = a.PositiveOffsets, removed = a.Removed, removedOffsets = a.RemovedOffsets)
        fixed (bool* mask = a.Mask)
        fixed (T* losses = a.Losses, queryGradient = a.QueryGradient, candidateGradient = a.CandidateGradient)
        {
            _context.QueryRows = queries;
            _context.CandidateRows = candidates;
            _context.LogProbability = probabilities;
            _context.Factors = factors;
            _context.Positives = positives;
            _context.PositiveOffsets = positiveOffsets;
            _context.Mask = mask;
            _context.Removed = removed;
            _context.RemovedOffsets = a.Removed.IsEmpty ? null : removedOffsets;
            _context.Losses = losses;
            _context.QueryGradient = queryGradient;
            _context.CandidateGradient = candidateGradient;
            bool onePass = Cut(wantsGradients: queryGradient is not null);
            WithScratch<TKernel, TVector, TLanes>(onePass);
        }
    }

    /// <summary>Chooses super-blocks and ranges, and says whether one pass will do.</summary>
    private bool Cut(bool wantsGradients)
    {
        long chunkBytes = (long)_context.Heads * _context.TileSize * sizeof(T), blockBytes = _context.ChunkCount * chunkBytes;
        if (wantsGradients && !_context.Symmetric && FewBlocks * blockBytes <= 2L * _bufferBytes)
        {
            _context.MostChunks = _context.ChunkCount;
            _context.MostBlocks = (int)Math.Min(_context.BlockCount, Math.Max(FewBlocks, _bufferBytes / blockBytes));
            return true;
        }

        bool keepsTiles = wantsGradients || _context.Symmetric;
        _context.MostBlocks = Math.Min(_context.BlockCount, SomeBlocks);
        _context.MostChunks = keepsTiles ? (int)Math.Clamp(_bufferBytes / (_context.MostBlocks * chunkBytes), 1, _context.ChunkCount) : 1;
        return false;
    }

    private void WithScratch<TKernel, TVector, TLanes>(bool onePass)
        where TKernel : struct, IMicroKernel<T>
        where TVector : struct
        where TLanes : struct, ILanes<T, TVector>
    {
        SoftmaxArguments<T> a = _arguments;
        int line = AlignedBuffer.RoundUp<T>(1), lanes = _context.Lanes, blocks = _context.MostBlocks, chunks = _context.ChunkCount;
        int rows = _context.BlockCount * lanes, columns = a.Symmetric ? chunks * _context.ChunkRows : 0, pairs = a.Positives.Length;
        _context.PackedStride = AlignedBuffer.RoundUp<T>((_context.ChunkRows * a.Width) + Packing.Overrun<T>());
        int forStrips = blocks * a.Heads * a.Width * lanes, forGradients = blocks * a.Heads * _context.GradientRows * lanes;
        int forShifts = onePass ? blocks * chunks * lanes : 0, forColumns = columns * (2 + TLanes.Count);
        using var packed = new Scratch<T>(checked((int)(chunks * _context.PackedStride) + line));
        using var lastRows = new Scratch<T>((_context.ChunkRows * a.Width) + TKernel.Rows);
        using var tiles = new Scratch<T>(checked((int)(blocks * _context.BlockStride) + line));
        using var numbers = new Scratch<T>(checked(forStrips + forGradients + forShifts + (3 * rows) + forColumns + (2 * pairs) + line));
        using var heads = new Scratch<int>(a.Heads > 1 ? pairs : 0);
        fixed (T* start = packed.Span, last = lastRows.Span, tile = tiles.Span, number = numbers.Span)
        fixed (int* pullHeads = heads.Span)
        {
            _context.Packed = AlignedBuffer.Align(start);
            _context.LastRows = last;
            _context.Tiles = AlignedBuffer.Align(tile);
            _context.Strips = AlignedBuffer.Align(number);
            _context.Gradients = _context.Strips + forStrips;
            _context.ChunkShifts = _context.Gradients + forGradients;
            _context.Shifts = _context.ChunkShifts + forShifts;
            _context.Sums = _context.Shifts + rows;
            _context.Scales = _context.Shifts + (2 * rows);
            _context.ColumnSums = _context.Shifts + (3 * rows);
            _context.ColumnShifts = _context.ColumnSums + (columns * TLanes.Count);
            _context.ColumnScales = _context.ColumnShifts + columns;
            _context.Logits = _context.ColumnScales + columns;
            _context.Pulls = _context.Logits + pairs;
            _context.PullHeads = pullHeads;
            int left = _context.RowsOf(chunks - 1) * a.Width;
            a.Candidates[^left..].CopyTo(lastRows.Span);
            lastRows.Span[left..].Clear();
            _team.Run(new PackJob<T, TKernel> { Context = _context }, chunks);
            Passes<TKernel, TVector, TLanes>(onePass, columns);
        }
    }

    private void Passes<TKernel, TVector, TLanes>(bool onePass, int columns)
        where TKernel : struct, IMicroKernel<T>
        where TVector : struct
        where TLanes : struct, ILanes<T, TVector>
    {
        if (onePass)
        {
            Pass<TKernel, TVector, TLanes>(SoftmaxPass.Both, keepsTiles: true);
        }
        else
        {
            new Span<T>(_context.ColumnSums, columns * TLanes.Count).Clear();
            new Span<T>(_context.ColumnShifts, columns).Fill(SoftmaxRows<T>.NoShift);
            Pass<TKernel, TVector, TLanes>(SoftmaxPass.Losses, keepsTiles: _context.Symmetric);
            if (_context.Symmetric)
            {
                SoftmaxRows<T>.FinishSymmetric(_context, TLanes.Count);
            }

            if (_context.QueryGradient is not null)
            {
                Pass<TKernel, TVector, TLanes>(SoftmaxPass.Gradients, keepsTiles: true);
            }
        }

        _without = (SoftmaxRows<T>.WithoutNegatives(_context, _context.Shifts), _context.Symmetric ? SoftmaxRows<T>.WithoutNegatives(_context, _context.ColumnShifts) : 0);
    }

    private void Pass<TKernel, TVector, TLanes>(SoftmaxPass pass, bool keepsTiles)
        where TKernel : struct, IMicroKernel<T>
        where TVector : struct
        where TLanes : struct, ILanes<T, TVector>
    {
        _context.Pass = pass;
        _context.ChunkStride = keepsTiles ? _context.Heads * _context.TileSize : 0;
        int chunks = keepsTiles ? _context.MostChunks : _context.ChunkCount;
        for (int block = 0; block < _context.BlockCount; block += _context.MostBlocks)
        {
            (_context.FirstBlock, _context.Blocks) = (block, Math.Min(_context.MostBlocks, _context.BlockCount - block));
            for (int chunk = 0; chunk < _context.ChunkCount; chunk += chunks)
            {
                (_context.FirstChunk, _context.Chunks) = (chunk, Math.Min(chunks, _context.ChunkCount - chunk));
                var score = new ScoreJob<T, TKernel, TVector, TLanes> { Context = _context };
                _team.Run(score, score.Parts);
                if (pass != SoftmaxPass.Losses)
                {
                    _team.Run(new CandidateGradientJob<T, TKernel, TVector, TLanes> { Context = _context }, _context.Chunks);
                }
                else if (_context.Symmetric)
                {
                    _team.Run(new ColumnSumJob<T, TVector, TLanes> { Context = _context }, _context.Chunks);
                }
            }
        }
    }
}
