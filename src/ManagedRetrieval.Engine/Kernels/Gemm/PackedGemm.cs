using System.Numerics;
using System.Runtime.Intrinsics.X86;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>Matrix product by a micro-kernel over packed operands.</summary>
/// <remarks>
/// <para>
/// b is packed for all, a chunk of the depth at a time; then every part, a block of rows and columns of the result, packs
/// its rows of a and lets the micro-kernel run over its tiles, the depth ascending. So every element is the chain of
/// fused multiply-adds that the plain triple loop makes, whatever the blocks. Where a has few rows,
/// or b few columns, a part packs the strips of b itself, into the first-level cache, and nobody waits.
/// </para>
/// <para>The result depends on the inputs alone; it may not alias them. Scratch: b's chunk, and each part's rows of a.</para>
/// </remarks>
internal static unsafe class PackedGemm<T, TKernel>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKernel : struct, IMicroKernel<T>
{
    /// <summary>Bytes of b that are packed at once, where one block of its depth takes no more: else it would leave the last-level cache before all rows have used it.</summary>
    private const int ChunkBytes = 8 << 20;

    /// <summary>
    /// Bytes of a result that is written past the caches: it would push everything else out of them and be gone itself before
    /// it is read; and a line that is only written need not be read first, which halves the traffic.
    /// </summary>
    private const long NonTemporalBytes = 32 << 20;

    /// <summary>Bytes of a row of aᵀ and of b that are short, half a page: what a tile reads of such an a lies close together, and few strips of b would use what was packed.</summary>
    private const int ReadableRow = 2048;

    /// <summary>Steps of a tile beside which it does not show that the next one's place is asked for.</summary>
    private const int LongDepth = 128;

    /// <summary>c[m, n] = op(a)[m, k] · op(b)[k, n], or c += where <paramref name="accumulate"/>.</summary>
    /// <param name="a">[m, k], or [k, m] where <paramref name="transposeA"/>.</param>
    /// <param name="transposeA">Whether op(a) = aᵀ.</param>
    /// <param name="b">[k, n], or [n, k] where <paramref name="transposeB"/>.</param>
    /// <param name="transposeB">Whether op(b) = bᵀ.</param>
    /// <param name="c">[m, n].</param>
    /// <param name="m">Rows of the result, at least 1.</param>
    /// <param name="n">Columns of the result, at least 1.</param>
    /// <param name="k">Depth, at least 1.</param>
    /// <param name="accumulate">Whether to add to what c holds.</param>
    /// <param name="team">Shares out the parts.</param>
    public static void Multiply(
        ReadOnlySpan<T> a, bool transposeA, ReadOnlySpan<T> b, bool transposeB, Span<T> c, int m, int n, int k, bool accumulate, WorkerTeam team)
    {
        var blocks = Blocking.Of<T, TKernel>(m, n, k);
        fixed (T* first = a, second = b, result = c)
        {
            var job = new ProductJob
            {
                Blocks = blocks,
                A = first,
                TransposeA = transposeA,
                B = new ColumnStrips<T, TKernel> { Source = second, Transpose = transposeB, N = n, K = k },
                M = m,
                C = result,
                Accumulate = accumulate,
                FetchesAhead = Sse.IsSupported && k >= LongDepth,
                ReadsRows = transposeA && Math.Max(m, n) * sizeof(T) <= ReadableRow,
                NonTemporal = !accumulate && k <= blocks.Depth && (long)m * n * sizeof(T) >= NonTemporalBytes
                    && n * sizeof(T) % AlignedBuffer.Alignment == 0 && (nuint)result % AlignedBuffer.Alignment == 0,
                Count = k,
            };
            if (blocks.PacksInParts)
            {
                team.Run(job, blocks.Parts);
            }
            else
            {
                Shared(job, k, team);
            }
        }
    }

    private static void Shared(ProductJob job, int k, WorkerTeam team)
    {
        int strips = (job.B.N + TKernel.Columns - 1) / TKernel.Columns, width = strips * TKernel.Columns;
        int chunk = Math.Min(k, Math.Max(1, ChunkBytes / sizeof(T) / width / job.Blocks.Depth) * job.Blocks.Depth);
        using var scratch = new Scratch<T>(checked((width * chunk) + AlignedBuffer.RoundUp<T>(1)));
        fixed (T* packed = scratch.Span)
        {
            job.Packed = AlignedBuffer.Align(packed);
            for (int start = 0; start < k; start += chunk)
            {
                (job.Start, job.Count) = (start, Math.Min(chunk, k - start));
                var packing = new PackingJob<T, TKernel>
                {
                    Parts = Partition.ByCost(strips, (long)job.Count * TKernel.Columns),
                    B = job.B,
                    Start = start,
                    Count = job.Count,
                    Depth = job.Blocks.Depth,
                    Packed = job.Packed,
                };
                team.Run(packing, packing.Parts.Parts);
                team.Run(job, job.Blocks.Parts);
                job.Accumulate = true;
            }
        }
    }

    private struct ProductJob : IParallelJob
    {
        public required Blocking Blocks;
        public required T* A;
        public required bool TransposeA;
        public required ColumnStrips<T, TKernel> B;
        public required int M;
        public required T* C;
        public required bool Accumulate;
        public required bool NonTemporal;

        /// <summary>Whether a tile asks for the next one's place in the result: a tile that starts with a miss in each row waits for all of them.</summary>
        public required bool FetchesAhead;

        /// <summary>Whether whole strips of a are read where they lie.</summary>
        public required bool ReadsRows;

        public required int Count;
        public int Start;

        /// <summary>b's strips; null where each part packs its own.</summary>
        public T* Packed;

        public readonly void Run(int part)
        {
            ((int row, int rows), (int strip, int strips)) = Blocks[part];
            int whole = ReadsRows ? rows / TKernel.Rows * TKernel.Rows : 0;
            int rowStrips = (rows - whole + TKernel.Rows - 1) / TKernel.Rows;
            int forRows = AlignedBuffer.RoundUp<T>((rowStrips * TKernel.Rows * Blocks.Depth) + Packing.Overrun<T>());
            using var scratch = new Scratch<T>(forRows + (TKernel.Columns * Blocks.Depth) + AlignedBuffer.RoundUp<T>(1));
            fixed (T* unaligned = scratch.Span)
            {
                T* a = AlignedBuffer.Align(unaligned), own = a + forRows;
                bool accumulate = Accumulate;
                for (int p = 0; p < Count; p += Blocks.Depth)
                {
                    int depth = Math.Min(Blocks.Depth, Count - p);
                    PackRows(row + whole, rows - whole, rowStrips, Start + p, depth, a);
                    for (int s = strip; s < strip + strips; s++)
                    {
                        T* b = Packed is not null ? Packed + (p * B.Width) + ((nint)s * TKernel.Columns * depth) : B.Strip(s, Start + p, depth, own);
                        int column = s * TKernel.Columns;
                        Strip(A + ((nint)(Start + p) * M) + row, M, row, whole, column, depth, b, accumulate);
                        Strip(a, TKernel.Rows, row + whole, rows - whole, column, depth, b, accumulate);
                    }

                    accumulate = true;
                }
            }
        }

        private readonly void PackRows(int row, int rows, int strips, int start, int depth, T* target)
        {
            if (rows > 0 && TransposeA)
            {
                Packing.FromColumns(A + ((nint)start * M) + row, M, M - row, depth, TKernel.Rows, strips, target);
                return;
            }

            for (int i = 0; i < rows; i += TKernel.Rows)
            {
                Packing.FromRows(A + ((nint)(row + i) * B.K) + start, B.K, M - row - i, depth, TKernel.Rows, target, overrun: true);
                target += depth * TKernel.Rows;
            }
        }

        /// <summary>All tiles of a strip of b with rows of a, packed or, with a's own <paramref name="step"/>, as they lie.</summary>
        private readonly void Strip(T* a, nint step, int row, int rows, int column, int depth, T* b, bool accumulate)
        {
            int columns = Math.Min(TKernel.Columns, B.N - column);
            for (int i = 0; i < rows; i += TKernel.Rows)
            {
                T* c = C + ((nint)(row + i) * B.N) + column;
                if (FetchesAhead)
                {
                    Fetch(c + ((nint)TKernel.Rows * B.N));
                }

                if (columns < TKernel.Columns || rows - i < TKernel.Rows)
                {
                    Edge(depth, a, step, b, c, Math.Min(TKernel.Rows, rows - i), columns, accumulate);
                }
                else if (step == TKernel.Rows)
                {
                    TKernel.Run(depth, a, b, c, B.N, accumulate, NonTemporal);
                }
                else
                {
                    TKernel.RunUnpacked(depth, a, step, b, c, B.N, accumulate);
                }

                a += step == TKernel.Rows ? depth * TKernel.Rows : TKernel.Rows;
            }
        }

        private readonly void Fetch(T* c)
        {
            for (T* end = c + ((nint)TKernel.Rows * B.N); c < end; c += B.N)
            {
                for (int column = 0; column < TKernel.Columns; column += AlignedBuffer.Alignment / sizeof(T))
                {
                    Sse.Prefetch0(c + column);
                }
            }
        }

        /// <summary>A tile of which only a part belongs to the result, by way of one that is whole.</summary>
        private readonly void Edge(int depth, T* a, nint step, T* b, T* c, int rows, int columns, bool accumulate)
        {
            T* tile = stackalloc T[TKernel.Rows * TKernel.Columns];
            if (accumulate)
            {
                Copy(c, B.N, tile, TKernel.Columns, rows, columns);
            }

            TKernel.RunUnpacked(depth, a, step, b, tile, TKernel.Columns, accumulate);
            Copy(tile, TKernel.Columns, c, B.N, rows, columns);
        }

        private static void Copy(T* source, nint sourceStride, T* target, nint targetStride, int rows, int columns)
        {
            for (int i = 0; i < rows; i++)
            {
                new ReadOnlySpan<T>(source + (i * sourceStride), columns).CopyTo(new Span<T>(target + (i * targetStride), columns));
            }
        }
    }
}
