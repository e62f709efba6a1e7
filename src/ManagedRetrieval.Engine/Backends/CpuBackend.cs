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
        (int m, int depth) = transposeA ? (a.Shape.RowLength, a.Shape.Rows) : (a.Shape.Rows, a.Shape.RowLength);
        (int otherDepth, int n) = transposeB ? (b.Shape.RowLength, b.Shape.Rows) : (b.Shape.Rows, b.Shape.RowLength);
        if (depth != otherDepth || result.Shape != new Shape(m, n))
        {
            throw new ArgumentException(
                $"A product of {a.Shape}{(transposeA ? " (transposed)" : "")} and {b.Shape}{(transposeB ? " (transposed)" : "")} does not fit a result of {result.Shape}.", nameof(result));
        }

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
        Shape shape = queries.Shape;
        (int count, int width) = (shape.Rows, shape.Rank == 0 ? 0 : shape[shape.Rank - 1]);
        int heads = shape.Rank == 3 ? shape[1] : 1;
        if (shape.Rank < 2 || width == 0 || heads == 0 || candidates.Shape.RowLength != width || k < 1 || k > candidates.Shape.Rows
            || scores.Shape != new Shape(count, k) || rows.Length != count * k)
        {
            throw new ArgumentException(
                $"Top-{k} of queries {shape} among candidates {candidates.Shape} does not fit scores {scores.Shape} and {rows.Length} rows.", nameof(k));
        }

        if (excludedOffsets.IsEmpty ? !excluded.IsEmpty : excludedOffsets.Length != count + 1 || excludedOffsets[^1] != excluded.Length)
        {
            throw new ArgumentException(
                $"excludedOffsets must be {count + 1} numbers that end in {excluded.Length}, the number of rows excluded, not {excludedOffsets.Length} numbers.",
                nameof(excludedOffsets));
        }

        int words = (candidates.Shape.Rows + 63) / 64;
        if (!admitted.IsEmpty && admitted.Length != words)
        {
            throw new ArgumentException($"admitted must be {words} words, a bit for each of {candidates.Shape.Rows} candidates, not {admitted.Length}.", nameof(admitted));
        }

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
