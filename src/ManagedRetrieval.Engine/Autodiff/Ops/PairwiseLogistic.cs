using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The logistic loss of each pair of a row's own positive and one of its negatives, averaged over the negatives.</summary>
/// <remarks>
/// Bayesian personalised ranking, BPR (Rendle et al., UAI 2009, equation 4).
/// own_i is the first column on row i's list, N_i the kept columns that are not listed, σ(x) = 1/(1 + e^(−x)).
/// Forward: loss_i = the mean over N_i of softplus(z_ij − z_i,own).
/// Backward: with s_ij = σ(z_ij − z_i,own) / |N_i|, dz_ij += dloss_i · s_ij in N_i; dz_i,own −= dloss_i · Σ_j s_ij; other
/// listed columns get exactly 0.
/// Saved: the derivatives of each row's loss, a matrix of the logits' shape. Cost: two exponentials an element, and one
/// pass backward; rows are cut into parts.
/// An entry of −∞ is removed: its gradient is exactly 0. A row without negatives has a loss and a gradient of exactly 0.
/// The row's own positive must not be removed.
/// </remarks>
public sealed class PairwiseLogistic<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => PositiveLists.InferShape("PairwiseLogistic", inputs, indices);

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => PositiveLists.Forward(frame, default(Row));

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame) => PositiveLists.Backward(frame);

    private readonly struct Row : IListLoss<T>
    {
        public T Run(ReadOnlySpan<T> logits, ReadOnlySpan<int> positives, int negatives, Span<T> derivatives, Span<T> scratch)
        {
            int own = positives[0];
            T count = T.CreateChecked(negatives);
            Span<T> terms = scratch[..derivatives.Length];
            TensorPrimitives.Subtract(derivatives, logits[own], derivatives);
            VectorMath.Softplus<T>(derivatives, terms);
            VectorMath.Sigmoid<T>(derivatives, derivatives);
            TensorPrimitives.Divide(derivatives, count, derivatives);
            derivatives[own] = -RowReduce.Sum<T>(derivatives);
            return RowReduce.Sum<T>(terms) / count;
        }
    }
}

/// <summary>Calls <see cref="PairwiseLogistic{T}"/>.</summary>
public static class PairwiseLogisticExtensions
{
    /// <summary>The logistic loss of each row of logits [m, n], averaged over the pairs of its own positive and a negative, as [m].</summary>
    /// <param name="logits">[m, n]; −∞ marks a removed entry.</param>
    /// <param name="positives">The positive columns of all rows, one row's list after the other, each row's own first; none of them removed.</param>
    /// <param name="offsets">Where each row's list starts, then the number of all: m + 1 numbers. No list is empty.</param>
    /// <exception cref="ArgumentException">The logits are no matrix, the offsets do not fit, or a list is empty or has a column twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column does not exist.</exception>
    public static Variable<T> PairwiseLogistic<T>(this Variable<T> logits, ReadOnlyMemory<int> positives, ReadOnlyMemory<int> offsets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new PairwiseLogistic<T>(), [logits], new OpIndices(positives, offsets));
}
