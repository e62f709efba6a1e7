using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Metrics;

/// <summary>The softmax loss over the whole corpus in place of a batch: a figure that depends on no batch size, sampling or correction, so models can be compared by it.</summary>
public static class FullSoftmax
{
    /// <summary>Each query's cross-entropy: −ln of the probability that a softmax over all candidates gives its positive.</summary>
    /// <remarks>
    /// <para>ln Σ over all candidates j of e^(s_j / temperature) − s_positive / temperature, in nats, where s is the dot product, of several heads the greatest.
    /// Their mean is the loss; e to the power of the mean is the perplexity, from 1 to N for a model that is no worse than chance.</para>
    /// <para>Scores are made tile by tile: nothing of the size [Q, N] is held. Where a score of a query is NaN or +∞, its loss is NaN. The number of workers makes no difference to a result.</para>
    /// </remarks>
    /// <param name="queryEmbeddings">[Q, d] or [Q, H, d].</param>
    /// <param name="candidateEmbeddings">The corpus, [N, d].</param>
    /// <param name="positives">For each query the corpus row of its positive.</param>
    /// <param name="temperature">What scores are divided by: that of the training.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread.</param>
    /// <param name="cancellationToken">Stops between blocks of queries.</param>
    /// <returns>One loss for each query.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, the corpus is empty, or a positive is no row of the corpus.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> is not greater than 0 and finite, or too small or great for its reciprocal.</exception>
    public static double[] CrossEntropy<T>(
        Tensor<T> queryEmbeddings,
        Tensor<T> candidateEmbeddings,
        ReadOnlySpan<int> positives,
        double temperature = 1,
        WorkerTeam? workers = null,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int queries, int rows) = (queryEmbeddings.Shape.Rows, candidateEmbeddings.Shape.Rows);
        RankArguments.CheckEmbeddings(queryEmbeddings.Shape, candidateEmbeddings.Shape);
        RankArguments.CheckPositives(positives, queries, rows);
        T scale = T.CreateTruncating(1 / temperature);
        if (!(temperature > 0) || !T.IsFinite(scale) || scale == T.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, FormattableString.Invariant($"temperature is {temperature}; expected a finite number greater than 0, of which {typeof(T).Name} holds the reciprocal."));
        }

        int width = candidateEmbeddings.Shape.RowLength, heads = queryEmbeddings.Shape.RowLength / width;
        int ranges = ScoreTiles.Ranges(queries, heads, rows);
        var shifts = new T[ranges * queries];
        double[] sums = new double[shifts.Length];
        Array.Fill(shifts, T.NegativeInfinity);
        ScoreTiles.RunAll(
            queryEmbeddings.Span,
            candidateEmbeddings.Span,
            width,
            new LogSumExpSink<T>(scale, shifts, sums),
            workers ?? WorkerTeam.Inline,
            heads,
            ranges,
            cancellationToken);

        double[] losses = new double[queries];
        for (int query = 0; query < queries; query++)
        {
            (double shift, double sum) = (double.CreateTruncating(shifts[query]), sums[query]);
            for (int range = 1; range < ranges; range++)
            {
                int other = (range * queries) + query;
                (shift, sum) = Add(shift, sum, double.CreateTruncating(shifts[other]), sums[other]);
            }

            T positive = scale * ScoreTiles.One<T>(queryEmbeddings.Row(query), candidateEmbeddings.Row(positives[query]));
            losses[query] = shift - double.CreateTruncating(positive) + Math.Log(sum);
        }

        return losses;
    }

    private static (double Shift, double Sum) Add(double shift, double sum, double otherShift, double otherSum)
    {
        if (otherSum == 0 || sum == 0)
        {
            return otherSum == 0 ? (shift, sum) : (otherShift, otherSum);
        }

        double greater = Math.Max(shift, otherShift);
        return (greater, (sum * Math.Exp(shift - greater)) + (otherSum * Math.Exp(otherShift - greater)));
    }
}
