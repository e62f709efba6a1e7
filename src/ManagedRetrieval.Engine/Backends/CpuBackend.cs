using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Backends;

/// <summary>The processor, through the engine's managed kernels. The same bits for any number of workers.</summary>
/// <param name="team">Shares out the work; it is used, not owned.</param>
public sealed class CpuBackend<T>(WorkerTeam team) : IComputeBackend<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Queries of a part: so many that transposing the candidates costs little beside scoring them.</summary>
    private const int QueryBlock = 64;

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public void MatrixProduct(Tensor<T> a, bool transposeA, Tensor<T> b, bool transposeB, Tensor<T> result, bool accumulate)
    {
        int depth = transposeA ? a.Shape.Rows : a.Shape.RowLength;
        RowUpdateGemm.Multiply<T>(
            a.Span, transposeA, b.Span, transposeB, result.Span, result.Shape.Rows, result.Shape.RowLength, depth, accumulate, team);
    }

    /// <inheritdoc/>
    public void TopK(Tensor<T> queries, Tensor<T> candidates, int k, Tensor<T> scores, Span<int> rows)
    {
        using var sizes = new Scratch<int>(queries.Shape.Rows);
        sizes.Span.Clear();
        scores.Span.Fill(T.NaN);
        rows.Fill(-1);
        var job = new TopKJob
        {
            Blocks = Partition.BySize(queries.Shape.Rows, QueryBlock),
            Queries = queries.Span,
            Candidates = candidates.Span,
            Width = queries.Shape.RowLength,
            Sink = new TopKSink<T>(k, scores.Span, rows, sizes.Span),
        };
        team.Run(job, job.Blocks.Parts);
    }

    private ref struct TopKJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Queries;
        public required ReadOnlySpan<T> Candidates;
        public required int Width;
        public required TopKSink<T> Sink;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            using var scratch = new Scratch<T>(ScoreTiles.ScratchLength(Width));
            TopKSink<T> sink = Sink;
            ScoreTiles.Run(Queries, start, count, Candidates, Width, ref sink, scratch.Span);
            sink.Finish(start, count);
        }
    }
}
