using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Kernels.SoftmaxLoss;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Backends;

/// <summary>The processor, through the engine's managed kernels. The same bits for any number of workers.</summary>
/// <param name="team">Shares out the work; it is used, not owned.</param>
public sealed class CpuBackend<T>(WorkerTeam team) : IComputeBackend<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly WorkerTeam _team = team ?? throw new ArgumentNullException(nameof(team));

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public void MatrixProduct(Tensor<T> a, bool transposeA, Tensor<T> b, bool transposeB, Tensor<T> result, bool accumulate)
    {
        int depth = BackendArguments.CheckProduct(a.Shape, transposeA, b.Shape, transposeB, result.Shape);
        Gemm.Multiply<T>(
            a.Span, transposeA, b.Span, transposeB, result.Span, result.Shape.Rows, result.Shape.RowLength, depth, accumulate, _team);
    }

    /// <inheritdoc/>
    public void TopK(
        Tensor<T> queries,
        Tensor<T> candidates,
        int k,
        Tensor<T> scores,
        Span<int> rows,
        ReadOnlySpan<int> excluded = default,
        ReadOnlySpan<int> excludedOffsets = default,
        ReadOnlySpan<ulong> admitted = default,
        CancellationToken cancellationToken = default)
    {
        (int heads, int width) = BackendArguments.CheckTopK(queries.Shape, candidates.Shape, k, scores.Shape, rows.Length, excluded, excludedOffsets, admitted);
        cancellationToken.ThrowIfCancellationRequested();
        TopKSearch.Run(queries.Span, candidates.Span, width, heads, k, scores.Span, rows, excluded, excludedOffsets, admitted, _team, cancellationToken);
    }

    /// <inheritdoc/>
    public SoftmaxLossCounts SoftmaxLoss(in SoftmaxLossProblem<T> problem, Tensor<T> losses, Tensor<T> factors, Tensor<T> queryGradient, Tensor<T> candidateGradient)
    {
        Shape shape = problem.Queries.Shape;
        var arguments = new SoftmaxArguments<T>
        {
            Queries = problem.Queries.Span,
            Candidates = problem.Candidates.Span,
            Width = problem.Candidates.Shape.RowLength,
            Heads = shape.Rank == 3 ? shape[1] : 1,
            LogProbability = problem.LogProbability.IsDefault ? default : problem.LogProbability.Span,
            KeepsPositives = problem.KeepsPositives,
            Positives = problem.Positives.Span,
            PositiveOffsets = problem.PositiveOffsets.Span,
            Removed = problem.Removed.Span,
            RemovedOffsets = problem.RemovedOffsets.Span,
            Mask = problem.Mask.Span,
            MeanOfPositives = problem.MeanOfPositives,
            Symmetric = problem.Symmetric,
            HardNegatives = problem.HardNegatives < problem.Candidates.Shape.Rows - 1 ? problem.HardNegatives : 0,
            Factors = factors.IsDefault ? default : factors.Span,
            Losses = losses.Span,
            QueryGradient = queryGradient.IsDefault ? default : queryGradient.Span,
            CandidateGradient = candidateGradient.IsDefault ? default : candidateGradient.Span,
        };
        (int rows, int columns) = arguments.HardNegatives > 0 ? MinedSoftmax.Run(arguments, _team) : StreamedSoftmax<T>.Run(arguments, _team);
        return new SoftmaxLossCounts(rows, columns);
    }
}
