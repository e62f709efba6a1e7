using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The binary cross-entropy of each row: its own positive against 1, its negatives against 0.</summary>
/// <remarks>
/// own_i is the first column on row i's list, N_i the kept columns that are not listed, σ(x) = 1/(1 + e^(−x)).
/// Forward: loss_i = softplus(−z_i,own) + Σ over N_i of softplus(z_ij).
/// Backward: dz_i,own −= dloss_i · σ(−z_i,own); dz_ij += dloss_i · σ(z_ij) in N_i; other listed columns get exactly 0.
/// Saved: the derivatives of each row's loss, a matrix of the logits' shape. Cost: two exponentials an element, and one
/// pass backward; rows are cut into parts.
/// An entry of −∞ is removed: its gradient is exactly 0. A row without negatives has a loss and a gradient of exactly 0.
/// The row's own positive must not be removed.
/// </remarks>
public sealed class SigmoidCrossEntropy<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => PositiveLists.InferShape("SigmoidCrossEntropy", inputs, indices);

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => PositiveLists.Forward(frame, default(Row));

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame) => PositiveLists.Backward(frame);

    private readonly struct Row : IListLoss<T>
    {
        public T Run(ReadOnlySpan<T> logits, ReadOnlySpan<int> positives, int negatives, Span<T> derivatives, Span<T> scratch)
        {
            int own = positives[0];
            derivatives[own] = -logits[own];
            Span<T> terms = scratch[..derivatives.Length];
            VectorMath.Softplus<T>(derivatives, terms);
            VectorMath.Sigmoid<T>(derivatives, derivatives);
            derivatives[own] = -derivatives[own];
            return RowReduce.Sum<T>(terms);
        }
    }
}

/// <summary>Calls <see cref="SigmoidCrossEntropy{T}"/>.</summary>
public static class SigmoidCrossEntropyExtensions
{
    /// <summary>The binary cross-entropy of each row of logits [m, n], its own positive against its negatives, as [m].</summary>
    /// <param name="logits">[m, n]; −∞ marks a removed entry.</param>
    /// <param name="positives">The positive columns of all rows, one row's list after the other, each row's own first; none of them removed.</param>
    /// <param name="offsets">Where each row's list starts, then the number of all: m + 1 numbers. No list is empty.</param>
    /// <exception cref="ArgumentException">The logits are no matrix, the offsets do not fit, or a list is empty or has a column twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column does not exist.</exception>
    public static Variable<T> SigmoidCrossEntropy<T>(this Variable<T> logits, ReadOnlyMemory<int> positives, ReadOnlyMemory<int> offsets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new SigmoidCrossEntropy<T>(), [logits], new OpIndices(positives, offsets));
}
