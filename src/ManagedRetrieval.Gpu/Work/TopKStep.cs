using ILGPU;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.Gpu.Kernels;

namespace ManagedRetrieval.Gpu.Work;

/// <summary>Scores one piece of the candidates and joins its best with those before.</summary>
internal readonly struct TopKStep
{
    public required GpuDevice Device { get; init; }

    /// <summary>[queries, heads, width].</summary>
    public required ArrayView<float> Vectors { get; init; }

    public required ArrayView<int> Excluded { get; init; }

    public required ArrayView<int> ExcludedOffsets { get; init; }

    public required bool HasExcluded { get; init; }

    public required ArrayView<ulong> Admitted { get; init; }

    public required bool HasAdmitted { get; init; }

    public required int Width { get; init; }

    public required int Heads { get; init; }

    public required int K { get; init; }

    public required int Queries { get; init; }

    /// <summary>Starts the kernels for one piece, block of queries by block.</summary>
    /// <param name="rows">[count, width].</param>
    /// <param name="first">The number of the first candidate.</param>
    /// <param name="count">Candidates of the piece.</param>
    /// <param name="scratch">For scores.</param>
    /// <param name="before">[queries, k]: the best of the pieces before; read where there were any.</param>
    /// <param name="after">[queries, k]: receives the best of all so far.</param>
    public void Run(ArrayView<float> rows, int first, int count, in TopKScratch scratch, ArrayView<ulong> before, ArrayView<ulong> after)
    {
        for (int query = 0; query < Queries; query += scratch.Block)
        {
            int block = Math.Min(scratch.Block, Queries - query);
            Score(rows, query, block, count, scratch);
            if (HasExcluded)
            {
                Device.Kernels.Exclude(scratch.Scores.View, Excluded, ExcludedOffsets, new ExcludeShape { Columns = count, FirstRow = first, FirstQuery = query }, block);
            }

            var select = new SelectShape
            {
                Columns = count,
                FirstRow = first,
                Ranges = scratch.Ranges,
                RangeLength = scratch.RangeLength,
                HasAdmitted = HasAdmitted ? 1 : 0,
                K = K,
            };
            Device.Kernels.Select(scratch.Scores.View, Admitted, scratch.Found.View, select, block);
            var merge = new MergeShape { Ranges = scratch.Ranges, HasBefore = first > 0 ? 1 : 0, K = K };
            Device.Kernels.Merge(scratch.Found.View, before.SubView(query * K, block * K), after.SubView(query * K, block * K), merge, block);
        }
    }

    private void Score(ArrayView<float> rows, int query, int block, int count, in TopKScratch scratch)
    {
        ArrayView<float> vectors = Vectors.SubView(query * Heads * Width, block * Heads * Width);
        ArrayView<float> target = Heads > 1 ? scratch.OfHeads.View : scratch.Scores.View;
        Product.OnDevice(Device, vectors, false, rows, true, target, block * Heads, count, Width, accumulates: false);
        if (Heads > 1)
        {
            Device.Kernels.Heads(target, scratch.Scores.View, scratch.BestHeads.View, new HeadsShape { Queries = block, Heads = Heads, Columns = count });
        }
    }
}
