using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The cross-entropy of each row's softmax with one true column, with weights.</summary>
/// <remarks>
/// Forward: loss_i = w_i · (lse(z_i) − z_i,label_i) = w_i · softplus(lse of the others − z_i,label_i), shifted by the row's
/// maximum so that nothing overflows; small losses keep their digits.
/// Backward: dz_ij += dloss_i · w_i · (p_ij − [j = label_i]); dw_i += dloss_i · (lse(z_i) − z_i,label_i).
/// With label smoothing ε and V_i the kept columns of row i: the target is 1 − ε on the label plus ε/|V_i| on every kept column.
/// Forward: loss_i = w_i · (lse(z_i) − (1 − ε) · z_i,label_i − ε/|V_i| · Σ over V_i of z_ij).
/// Backward: dz_ij += dloss_i · w_i · (p_ij − (1 − ε) · [j = label_i] − ε/|V_i|) in V_i.
/// Saved: p less the target. Cost: one exponential an element, and one pass backward; rows are cut into parts.
/// An entry of −∞ is removed: its probability and its gradient are exactly 0. The label itself must not be removed: a loss of +∞ would result.
/// </remarks>
/// <param name="labelSmoothing">The share ε of the target that is spread over the kept columns, from 0 to less than 1.</param>
/// <exception cref="ArgumentOutOfRangeException">ε is not in [0, 1).</exception>
public sealed class SoftmaxCrossEntropy<T>(double labelSmoothing = 0) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _smoothing = LabelSmoothing.Checked<T>(labelSmoothing);

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("SoftmaxCrossEntropy", inputs, 1, 2);
        ShapeRule.Rank("SoftmaxCrossEntropy", "logits", inputs[0], 2);
        ShapeRule.Length("SoftmaxCrossEntropy", "labels", indices.Values.Length, inputs[0].Rows);
        ShapeRule.InRange("SoftmaxCrossEntropy", "labels", indices.Values.Span, inputs[0][1]);
        if (inputs.Length == 2)
        {
            ShapeRule.Same("SoftmaxCrossEntropy", "weights", inputs[1], new Shape(inputs[0].Rows));
        }

        return new Shape(inputs[0].Rows);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        Shape shape = frame.Input(0).Shape;
        var job = new ForwardJob
        {
            Blocks = Partition.ByCost(shape.Rows, shape.RowLength),
            Logits = frame.Input(0).Span,
            Labels = frame.Indices.Values.Span,
            Width = shape.RowLength,
            Smoothing = _smoothing,
            Derivatives = frame.Save(shape).Span,
            Losses = frame.Output.Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
        if (frame.InputCount == 2)
        {
            TensorPrimitives.Multiply(frame.Output.Span, frame.Input(1).Span, frame.Output.Span);
        }
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (frame.NeedsGradient(0))
        {
            Shape shape = frame.Input(0).Shape;
            var job = new BackwardJob
            {
                Blocks = Partition.ByCost(shape.Rows, shape.RowLength),
                Derivatives = frame.Saved.Span,
                Width = shape.RowLength,
                Weights = frame.InputCount == 2 ? frame.Input(1).Span : default,
                OutputGradient = frame.OutputGradient.Span,
                Gradient = frame.InputGradient(0).Span,
            };
            frame.Workers.Run(job, job.Blocks.Parts);
        }

        if (frame.InputCount == 2 && frame.NeedsGradient(1))
        {
            AddWeightGradient(frame);
        }
    }

    private void AddWeightGradient(OpFrame<T> frame)
    {
        ReadOnlySpan<T> logits = frame.Input(0).Span;
        ReadOnlySpan<int> labels = frame.Indices.Values.Span;
        int width = frame.Input(0).Shape.RowLength;
        Span<T> target = frame.InputGradient(1).Span;
        using var scratch = new Scratch<T>(width);
        for (int i = 0; i < labels.Length; i++)
        {
            target[i] += frame.OutputGradient.Span[i] * Loss(Rows.Of(logits, width, i), labels[i], _smoothing, scratch.Span);
        }
    }

    /// <summary>The loss of a row; <paramref name="derivatives"/> leaves with its derivatives by the logits.</summary>
    private static T Loss(ReadOnlySpan<T> logits, int label, T smoothing, Span<T> derivatives)
    {
        // The label apart: a row that is sure of itself owes its loss and its slope to the others' small sum alone.
        (T maximum, T own, T others) = SoftmaxRow.ExponentialsApart(logits, label, derivatives);
        T sum = own + others;
        TensorPrimitives.Multiply(derivatives, T.One / sum, derivatives);
        derivatives[label] = -others / sum;
        T loss = VectorMath.Softplus(T.Log(others) + (maximum - logits[label]));
        if (smoothing == T.Zero)
        {
            return loss;
        }

        T below = KeptEntries.MeanBelow(logits, maximum, out int kept);
        KeptEntries.Subtract(logits, smoothing / T.CreateChecked(kept), derivatives);
        derivatives[label] += smoothing;
        return ((T.One - smoothing) * loss) + (smoothing * (T.Log(sum) + below));
    }

    private ref struct ForwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Logits;
        public required ReadOnlySpan<int> Labels;
        public required int Width;
        public required T Smoothing;
        public required Span<T> Derivatives;
        public required Span<T> Losses;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            for (int i = start; i < start + count; i++)
            {
                Losses[i] = Loss(Rows.Of(Logits, Width, i), Labels[i], Smoothing, Rows.Of(Derivatives, Width, i));
            }
        }
    }

    private ref struct BackwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Derivatives;
        public required int Width;
        public required ReadOnlySpan<T> Weights;
        public required ReadOnlySpan<T> OutputGradient;
        public required Span<T> Gradient;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            for (int i = start; i < start + count; i++)
            {
                T scale = Weights.IsEmpty ? OutputGradient[i] : OutputGradient[i] * Weights[i];
                Span<T> target = Rows.Of(Gradient, Width, i);
                TensorPrimitives.FusedMultiplyAdd(Rows.Of(Derivatives, Width, i), scale, target, target);
            }
        }
    }
}

/// <summary>Calls the op <c>SoftmaxCrossEntropy</c>.</summary>
public static class SoftmaxCrossEntropyExtensions
{
    /// <summary>The cross-entropy of each row of logits [m, n] with its true column, as [m].</summary>
    /// <param name="logits">[m, n]; −∞ marks a removed entry.</param>
    /// <param name="labels">The true column of each row.</param>
    /// <param name="labelSmoothing">The share of the target that is spread over the kept columns, from 0 to less than 1.</param>
    /// <exception cref="ArgumentException">The logits are no matrix, or there is another number of labels than rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no column, or the smoothing is not in [0, 1).</exception>
    public static Variable<T> SoftmaxCrossEntropy<T>(this Variable<T> logits, ReadOnlyMemory<int> labels, double labelSmoothing = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new SoftmaxCrossEntropy<T>(labelSmoothing), [logits], new OpIndices(labels));

    /// <summary>The cross-entropy of each row of logits [m, n] with its true column, times the row's weight, as [m].</summary>
    /// <param name="logits">[m, n]; −∞ marks a removed entry.</param>
    /// <param name="labels">The true column of each row.</param>
    /// <param name="weights">[m].</param>
    /// <param name="labelSmoothing">The share of the target that is spread over the kept columns, from 0 to less than 1.</param>
    /// <exception cref="ArgumentException">The logits are no matrix, or there is another number of labels or weights than rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is no column, or the smoothing is not in [0, 1).</exception>
    public static Variable<T> SoftmaxCrossEntropy<T>(
        this Variable<T> logits, ReadOnlyMemory<int> labels, Variable<T> weights, double labelSmoothing = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new SoftmaxCrossEntropy<T>(labelSmoothing), [logits, weights], new OpIndices(labels));
}
