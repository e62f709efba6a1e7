using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The hinge loss of each pair of a row's own positive and one of its negatives, averaged over the negatives.</summary>
/// <remarks>
/// own_i is the first column on row i's list, N_i the kept columns that are not listed.
/// Forward: loss_i = the mean over N_i of max(0, m − z_i,own + z_ij).
/// Backward: with s_ij = 1/|N_i| where m − z_i,own + z_ij > 0, else 0 (also at the kink), dz_ij += dloss_i · s_ij in N_i;
/// dz_i,own −= dloss_i · Σ_j s_ij; other listed columns get exactly 0.
/// Saved: the derivatives of each row's loss, a matrix of the logits' shape. Cost: three passes, and one
/// pass backward; rows are cut into parts.
/// An entry of −∞ is removed: its gradient is exactly 0. A row without negatives has a loss and a gradient of exactly 0.
/// The row's own positive must not be removed.
/// </remarks>
/// <param name="margin">By how much m a positive must lead; positive and finite.</param>
/// <exception cref="ArgumentOutOfRangeException">The margin is not positive and finite.</exception>
public sealed class PairwiseHinge<T>(double margin = 1) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _margin = T.CreateChecked(margin) > T.Zero && T.IsFinite(T.CreateChecked(margin))
        ? T.CreateChecked(margin)
        : throw new ArgumentOutOfRangeException(nameof(margin), margin, "The margin must be positive and finite, also once rounded to the type of the elements.");

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => PositiveLists.InferShape("PairwiseHinge", inputs, indices);

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => PositiveLists.Forward(frame, new Row(_margin));

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame) => PositiveLists.Backward(frame);

    private readonly struct Row(T margin) : IListLoss<T>
    {
        public T Run(ReadOnlySpan<T> logits, ReadOnlySpan<int> positives, int negatives, Span<T> derivatives, Span<T> scratch)
        {
            int own = positives[0];
            T count = T.CreateChecked(negatives);
            Span<T> terms = scratch[..derivatives.Length];
            TensorPrimitives.Subtract(derivatives, logits[own], derivatives);
            TensorPrimitives.Add(derivatives, margin, derivatives);
            TensorPrimitives.Max(derivatives, T.Zero, terms);
            int active = 0;
            for (int j = 0; j < derivatives.Length; j++)
            {
                bool isActive = derivatives[j] > T.Zero;
                derivatives[j] = isActive ? T.One / count : T.Zero;
                active += isActive ? 1 : 0;
            }

            derivatives[own] = -(T.CreateChecked(active) / count);
            return RowReduce.Sum<T>(terms) / count;
        }
    }
}

/// <summary>Calls <see cref="PairwiseHinge{T}"/>.</summary>
public static class PairwiseHingeExtensions
{
    /// <summary>The hinge loss of each row of logits [m, n], averaged over the pairs of its own positive and a negative, as [m].</summary>
    /// <param name="logits">[m, n]; −∞ marks a removed entry.</param>
    /// <param name="positives">The positive columns of all rows, one row's list after the other, each row's own first; none of them removed.</param>
    /// <param name="offsets">Where each row's list starts, then the number of all: m + 1 numbers. No list is empty.</param>
    /// <param name="margin">By how much a positive must lead; positive and finite.</param>
    /// <exception cref="ArgumentException">The logits are no matrix, the offsets do not fit, or a list is empty or has a column twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column does not exist, or the margin is not positive and finite.</exception>
    public static Variable<T> PairwiseHinge<T>(
        this Variable<T> logits, ReadOnlyMemory<int> positives, ReadOnlyMemory<int> offsets, double margin = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new PairwiseHinge<T>(margin), [logits], new OpIndices(positives, offsets));
}
