using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The softmax of scores within each segment of a ragged list.</summary>
/// <remarks>
/// Forward: p_i = e^(z_i − m_s) / Σ over segment s of e^(z_j − m_s), m_s being the segment's maximum, so that nothing overflows.
/// Backward: dz_i += p_i · (dp_i − Σ over the segment of p_j · dp_j).
/// Indices: offsets of the segments; empty ones are allowed.
/// Saved: nothing; backward reads the output. Cost: one exponential an element, and two passes backward; segments are cut into parts.
/// An entry of −∞ is removed: its probability is exactly 0. A segment of which nothing is left is NaN.
/// </remarks>
public sealed class SegmentSoftmax<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("SegmentSoftmax", inputs, 1, 1);
        ShapeRule.OnePerRow("SegmentSoftmax", "scores", inputs[0], inputs[0].Rows);
        ShapeRule.Segments("SegmentSoftmax", "scores", indices, inputs[0].Rows);
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
        ReadOnlySpan<int> offsets = frame.Indices.Offsets.Span;
        var job = new Job
        {
            Blocks = Partition.OfLists(offsets.Length - 1, source.Length, 1),
            Offsets = offsets,
            Source = source,
            Gradient = gradient,
            Target = target,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    /// <summary>Probabilities from scores; where there is a gradient, the gradient of the scores from probabilities.</summary>
    private ref struct Job : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<int> Offsets;
        public required ReadOnlySpan<T> Source;
        public required ReadOnlySpan<T> Gradient;
        public required Span<T> Target;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            for (int segment = start; segment < start + count; segment++)
            {
                Range range = Offsets[segment]..Offsets[segment + 1];
                ReadOnlySpan<T> source = Source[range];
                Span<T> target = Target[range];
                if (source.IsEmpty)
                {
                    continue;
                }

                if (Gradient.IsEmpty)
                {
                    (_, T sum) = SoftmaxRow.Exponentials(source, target);
                    TensorPrimitives.Multiply(target, T.One / sum, target);
                    continue;
                }

                ReadOnlySpan<T> gradient = Gradient[range];
                T mean = RowReduce.Dot(source, gradient);
                for (int i = 0; i < source.Length; i++)
                {
                    target[i] += source[i] * (gradient[i] - mean);
                }
            }
        }
    }
}

/// <summary>Calls <see cref="SegmentSoftmax{T}"/>.</summary>
public static class SegmentSoftmaxExtensions
{
    /// <summary>The softmax of scores within each segment, in the scores' shape.</summary>
    /// <param name="scores">[n] or [n, 1], one segment after the other; −∞ marks a removed entry.</param>
    /// <param name="offsets">Where each segment starts, then n: one more than there are segments.</param>
    /// <exception cref="ArgumentException">The scores are no vector, or the offsets do not ascend from 0 to n.</exception>
    public static Variable<T> SegmentSoftmax<T>(this Variable<T> scores, ReadOnlyMemory<int> offsets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => scores.Tape.Apply(new SegmentSoftmax<T>(), [scores], new OpIndices(default, offsets));
}
