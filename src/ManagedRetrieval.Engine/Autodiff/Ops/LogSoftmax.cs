using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The logarithm of the softmax of each row.</summary>
/// <remarks>
/// Forward: y_ij = z_ij − lse(z_i), shifted by the row's maximum so that nothing overflows.
/// Backward: dz_ij += dy_ij − e^(y_ij) · Σ_j dy_ij.
/// Saved: nothing. Cost: one exponential an element, and one backward; rows are cut into parts.
/// An entry of −∞ is removed: its probability is exactly 0. A row of which nothing is left is NaN.
/// </remarks>
public sealed class LogSoftmax<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("LogSoftmax", inputs, 1, 1);
        ShapeRule.Rank("LogSoftmax", "logits", inputs[0], 2);
        if (inputs[0][1] == 0)
        {
            throw new ArgumentException($"LogSoftmax needs at least one column, not logits of shape {inputs[0]}.", nameof(inputs));
        }

        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => Run(frame, frame.Input(0).Span, default, frame.Output.Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (frame.NeedsGradient(0))
        {
            Run(frame, frame.Output.Span, frame.OutputGradient.Span, frame.InputGradient(0).Span);
        }
    }

    private static void Run(OpFrame<T> frame, ReadOnlySpan<T> source, ReadOnlySpan<T> gradient, Span<T> target)
    {
        Shape shape = frame.Output.Shape;
        var job = new Job { Blocks = Partition.ByCost(shape.Rows, shape.RowLength), Source = source, Gradient = gradient, Target = target, Width = shape.RowLength };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    private ref struct Job : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Source;
        public required ReadOnlySpan<T> Gradient;
        public required Span<T> Target;
        public required int Width;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            using var scratch = new Scratch<T>(Width);
            Span<T> exponentials = scratch.Span;
            for (int i = start; i < start + count; i++)
            {
                ReadOnlySpan<T> source = Rows.Of(Source, Width, i);
                Span<T> target = Rows.Of(Target, Width, i);
                if (Gradient.IsEmpty)
                {
                    (T maximum, T sum) = SoftmaxRow.Exponentials(source, exponentials);
                    TensorPrimitives.Subtract(source, maximum, target);
                    TensorPrimitives.Subtract(target, T.Log(sum), target);
                }
                else
                {
                    ReadOnlySpan<T> gradient = Rows.Of(Gradient, Width, i);
                    TensorPrimitives.Add(target, gradient, target);
                    SoftmaxRow.Exponential(source, exponentials);
                    TensorPrimitives.FusedMultiplyAdd(exponentials, -RowReduce.Sum(gradient), target, target);
                }
            }
        }
    }
}

/// <summary>Calls <see cref="LogSoftmax{T}"/>.</summary>
public static class LogSoftmaxExtensions
{
    /// <summary>The logarithm of the softmax of each row of logits [m, n].</summary>
    /// <exception cref="ArgumentException">The logits are no matrix or have no column.</exception>
    public static Variable<T> LogSoftmax<T>(this Variable<T> logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new LogSoftmax<T>(), [logits]);
}
