using System.Numerics;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Backends;

/// <summary>A backend as a stranger would write it, in plain loops over what is public: the contract must not ask for more.</summary>
internal sealed class StrangerBackend<T> : IComputeBackend<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public string Name => "plain loops";

    public void MatrixProduct(Tensor<T> a, bool transposeA, Tensor<T> b, bool transposeB, Tensor<T> result, bool accumulate) => Naive.Product<T>(
        a.Span, transposeA, b.Span, transposeB, result.Span, result.Shape.Rows, result.Shape.RowLength, transposeA ? a.Shape.Rows : a.Shape.RowLength, accumulate);

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
        cancellationToken.ThrowIfCancellationRequested();
        T[] all = Naive.Scores(queries, candidates);
        int count = candidates.Shape.Rows;
        for (int query = 0; query < queries.Shape.Rows; query++)
        {
            Span<T> own = all.AsSpan(query * count, count);
            for (int row = 0; row < count; row++)
            {
                bool isOut = !admitted.IsEmpty && ((admitted[row / 64] >> (row % 64)) & 1) == 0;
                own[row] = isOut || (!excludedOffsets.IsEmpty && excluded[excludedOffsets[query]..excludedOffsets[query + 1]].Contains(row)) ? T.NaN : own[row];
            }

            (T Score, int Row)[] best = Naive.TopK<T>(own, k);
            for (int place = 0; place < k; place++)
            {
                (scores.Span[(query * k) + place], rows[(query * k) + place]) = best[place];
            }
        }
    }

    public SoftmaxLossCounts SoftmaxLoss(in SoftmaxLossProblem<T> problem, Tensor<T> losses, Tensor<T> factors, Tensor<T> queryGradient, Tensor<T> candidateGradient)
    {
        var given = new SoftmaxLossCase
        {
            Queries = problem.Queries.Shape.Rows,
            Candidates = problem.Candidates.Shape.Rows,
            Width = problem.Candidates.Shape.RowLength,
            Heads = problem.Queries.Shape.Rank == 3 ? problem.Queries.Shape[1] : 0,
            Positives = problem.Positives.ToArray(),
            PositiveOffsets = problem.PositiveOffsets.ToArray(),
            Removed = problem.Removed.ToArray(),
            RemovedOffsets = problem.RemovedOffsets.ToArray(),
            Mask = problem.Mask.ToArray(),
            HardNegatives = problem.HardNegatives,
            KeepsPositives = problem.KeepsPositives,
            MeanOfPositives = problem.MeanOfPositives,
            Symmetric = problem.Symmetric,
        };
        SoftmaxLossReference made = SoftmaxLossReference.Run(
            given,
            Doubles(problem.Queries),
            Doubles(problem.Candidates),
            problem.LogProbability.IsDefault ? null : Doubles(problem.LogProbability),
            factors.IsDefault ? null : Doubles(factors));
        Write(made.Losses, losses);
        Write(made.QueryGradient, queryGradient);
        Write(made.CandidateGradient, candidateGradient);
        return new SoftmaxLossCounts(made.RowsWithoutNegatives, made.ColumnsWithoutNegatives);
    }

    private static double[] Doubles(Tensor<T> tensor) => [.. tensor.Span.ToArray().Select(double.CreateChecked)];

    private static void Write(double[] from, Tensor<T> to)
    {
        for (int i = 0; i < (to.IsDefault ? 0 : from.Length); i++)
        {
            to.Span[i] = T.CreateChecked(from[i]);
        }
    }
}
