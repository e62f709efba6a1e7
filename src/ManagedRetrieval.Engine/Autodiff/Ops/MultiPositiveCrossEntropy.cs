using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The cross-entropy of each row's softmax with a list of true columns.</summary>
/// <remarks>
/// V_i are the kept columns of row i (not −∞), P_i the listed ones, N_i = V_i without P_i, and σ(x) = 1/(1 + e^(−x)).
/// Forward, sum form: lse(V_i) − lse(P_i) = softplus(lse(N_i) − lse(P_i)).
/// Forward, mean form: the mean over p in P_i of lse(N_i ∪ {p}) − z_ip = softplus(lse(N_i) − z_ip).
/// Forward with smoothing ε: (1 − ε) times that, plus ε · (lse(V_i) − the mean of z over V_i).
/// Backward, sum form: with s = σ(lse(N_i) − lse(P_i)), dz_ij += dloss_i · s · softmax_N(z)_j in N_i and
/// dz_ip −= dloss_i · s · softmax_P(z)_p in P_i.
/// Backward, mean form: with s_p = σ(lse(N_i) − z_ip) / |P_i|, dz_ij += dloss_i · softmax_N(z)_j · Σ_p s_p in N_i and
/// dz_ip −= dloss_i · s_p in P_i.
/// Backward with smoothing: (1 − ε) times that, plus dloss_i · ε · (softmax_V(z)_j − 1/|V_i|) in V_i.
/// Saved: the derivatives of each row's loss, a matrix of the logits' shape. Cost: one exponential an element, and one
/// pass backward; rows are cut into parts.
/// An entry of −∞ is removed: its gradient is exactly 0. A row without negatives has a loss and a gradient of exactly 0,
/// also with smoothing. A listed column must not be removed.
/// </remarks>
/// <param name="form">How several positives are joined.</param>
/// <param name="labelSmoothing">The share ε of the target that is spread over the kept columns, from 0 to less than 1.</param>
/// <exception cref="ArgumentOutOfRangeException">The form is none of the named values, or ε is not in [0, 1).</exception>
public sealed class MultiPositiveCrossEntropy<T>(MultiPositiveForm form, double labelSmoothing = 0) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MultiPositiveForm _form = form is MultiPositiveForm.Sum or MultiPositiveForm.Mean
        ? form
        : throw new ArgumentOutOfRangeException(nameof(form), form, "Several positives are joined by Sum or Mean.");

    private readonly T _smoothing = LabelSmoothing.Checked<T>(labelSmoothing);

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) =>
        PositiveLists.InferShape("MultiPositiveCrossEntropy", inputs, indices);

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => PositiveLists.Forward(frame, new Row(_form, _smoothing));

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame) => PositiveLists.Backward(frame);

    private readonly struct Row(MultiPositiveForm form, T smoothing) : IListLoss<T>
    {
        public T Run(ReadOnlySpan<T> logits, ReadOnlySpan<int> positives, int negatives, Span<T> derivatives, Span<T> scratch)
        {
            (T maximum, T sum) = SoftmaxRow.Exponentials<T>(derivatives, derivatives);
            Span<T> pulls = scratch[..positives.Length];
            for (int p = 0; p < pulls.Length; p++)
            {
                pulls[p] = logits[positives[p]];
            }

            T best = TensorPrimitives.Max<T>(pulls);
            T loss = form == MultiPositiveForm.Sum
                ? SeveralPositives.Sum(maximum, sum, pulls)
                : SeveralPositives.Mean(maximum, sum, pulls, scratch.Slice(pulls.Length, pulls.Length));
            TensorPrimitives.Multiply(pulls, T.One - smoothing, pulls);
            T push = RowReduce.Sum<T>(pulls) / sum;
            if (smoothing == T.Zero)
            {
                TensorPrimitives.Multiply(derivatives, push, derivatives);
                Scatter(pulls, positives, derivatives);
                return loss;
            }

            // Smoothing needs the softmax over all kept columns: the sum of the negatives, moved to the common maximum, and the positives.
            T top = T.Max(maximum, best);
            T moved = T.Exp(maximum - top);
            T all = sum * moved;
            foreach (int positive in positives)
            {
                all += T.Exp(logits[positive] - top);
            }

            T below = KeptEntries.MeanBelow(logits, top, out int kept);
            T share = smoothing / T.CreateChecked(kept);
            T weight = smoothing / all;
            TensorPrimitives.Multiply(derivatives, push + (weight * moved), derivatives);
            KeptEntries.Subtract(logits, share, derivatives);
            for (int p = 0; p < pulls.Length; p++)
            {
                pulls[p] += share - (weight * T.Exp(logits[positives[p]] - top));
            }

            Scatter(pulls, positives, derivatives);
            return ((T.One - smoothing) * loss) + (smoothing * (T.Log(all) + below));
        }

        private static void Scatter(ReadOnlySpan<T> pulls, ReadOnlySpan<int> positives, Span<T> derivatives)
        {
            for (int p = 0; p < pulls.Length; p++)
            {
                derivatives[positives[p]] = -pulls[p];
            }
        }
    }
}

/// <summary>Calls <see cref="MultiPositiveCrossEntropy{T}"/>.</summary>
public static class MultiPositiveCrossEntropyExtensions
{
    /// <summary>The cross-entropy of each row of logits [m, n] with its list of true columns, as [m].</summary>
    /// <param name="logits">[m, n]; −∞ marks a removed entry.</param>
    /// <param name="positives">The true columns of all rows, one row's list after the other; none of them removed.</param>
    /// <param name="offsets">Where each row's list starts, then the number of all: m + 1 numbers. No list is empty.</param>
    /// <param name="form">How several positives are joined.</param>
    /// <param name="labelSmoothing">The share of the target that is spread over the kept columns, from 0 to less than 1.</param>
    /// <exception cref="ArgumentException">The logits are no matrix, the offsets do not fit, or a list is empty or has a column twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column does not exist, the form is unknown, or the smoothing is not in [0, 1).</exception>
    public static Variable<T> MultiPositiveCrossEntropy<T>(
        this Variable<T> logits, ReadOnlyMemory<int> positives, ReadOnlyMemory<int> offsets, MultiPositiveForm form, double labelSmoothing = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new MultiPositiveCrossEntropy<T>(form, labelSmoothing), [logits], new OpIndices(positives, offsets));
}
