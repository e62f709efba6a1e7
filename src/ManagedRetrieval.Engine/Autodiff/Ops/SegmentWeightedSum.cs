using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The weighted sum of the rows of each segment; with the weights of a <see cref="SegmentSoftmax{T}"/>, attention pooling.</summary>
/// <remarks>
/// Forward: y_s = Σ over segment s of w_i · x_i, in ascending order; an empty segment gives zeros.
/// Backward: dx_i += w_i · dy_s and dw_i += x_i · dy_s, s being the segment of i.
/// Indices: offsets of the segments.
/// Saved: nothing. Cost: one pass, and one for each gradient; segments are cut into parts.
/// </remarks>
public sealed class SegmentWeightedSum<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("SegmentWeightedSum", inputs, 2, 2);
        ShapeRule.Rank("SegmentWeightedSum", "x", inputs[0], 2);
        ShapeRule.OnePerRow("SegmentWeightedSum", "weights", inputs[1], inputs[0].Rows);
        ShapeRule.Segments("SegmentWeightedSum", "rows", indices, inputs[0].Rows);
        return inputs[0].WithRows(indices.Offsets.Length - 1);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        var job = new ForwardJob
        {
            Blocks = Blocks(frame),
            Offsets = frame.Indices.Offsets.Span,
            Width = frame.Output.Shape.RowLength,
            X = frame.Input(0).Span,
            Weights = frame.Input(1).Span,
            Result = frame.Output.Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        var job = new BackwardJob
        {
            Blocks = Blocks(frame),
            Offsets = frame.Indices.Offsets.Span,
            Width = frame.Output.Shape.RowLength,
            X = frame.Input(0).Span,
            Weights = frame.Input(1).Span,
            OutputGradient = frame.OutputGradient.Span,
            Gradient = frame.NeedsGradient(0) ? frame.InputGradient(0).Span : default,
            WeightGradient = frame.NeedsGradient(1) ? frame.InputGradient(1).Span : default,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    private static Partition Blocks(OpFrame<T> frame) =>
        Partition.OfLists(frame.Output.Shape.Rows, frame.Input(0).Shape.Rows, frame.Output.Shape.RowLength);

    private ref struct ForwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<int> Offsets;
        public required int Width;
        public required ReadOnlySpan<T> X;
        public required ReadOnlySpan<T> Weights;
        public required Span<T> Result;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            for (int segment = start; segment < start + count; segment++)
            {
                Span<T> sum = Rows.Of(Result, Width, segment);
                sum.Clear();
                for (int i = Offsets[segment]; i < Offsets[segment + 1]; i++)
                {
                    TensorPrimitives.FusedMultiplyAdd(Rows.Of(X, Width, i), Weights[i], sum, sum);
                }
            }
        }
    }

    private ref struct BackwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<int> Offsets;
        public required int Width;
        public required ReadOnlySpan<T> X;
        public required ReadOnlySpan<T> Weights;
        public required ReadOnlySpan<T> OutputGradient;

        /// <summary>Of x; empty where it needs none, as is the other.</summary>
        public required Span<T> Gradient;
        public required Span<T> WeightGradient;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            for (int segment = start; segment < start + count; segment++)
            {
                ReadOnlySpan<T> gradient = Rows.Of(OutputGradient, Width, segment);
                for (int i = Offsets[segment]; i < Offsets[segment + 1]; i++)
                {
                    if (!Gradient.IsEmpty)
                    {
                        Span<T> target = Rows.Of(Gradient, Width, i);
                        TensorPrimitives.FusedMultiplyAdd(gradient, Weights[i], target, target);
                    }

                    if (!WeightGradient.IsEmpty)
                    {
                        WeightGradient[i] += RowReduce.Dot(Rows.Of(X, Width, i), gradient);
                    }
                }
            }
        }
    }
}

/// <summary>Calls <see cref="SegmentWeightedSum{T}"/>.</summary>
public static class SegmentWeightedSumExtensions
{
    /// <summary>The weighted sum of the rows of each segment, as [segments, d].</summary>
    /// <param name="x">[n, d], one segment after the other.</param>
    /// <param name="weights">[n] or [n, 1].</param>
    /// <param name="offsets">Where each segment starts, then n: one more than there are segments.</param>
    /// <exception cref="ArgumentException">x is no matrix, there is another number of weights than rows, or the offsets do not ascend from 0 to n.</exception>
    public static Variable<T> SegmentWeightedSum<T>(this Variable<T> x, Variable<T> weights, ReadOnlyMemory<int> offsets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new SegmentWeightedSum<T>(), [x, weights], new OpIndices(default, offsets));
}
