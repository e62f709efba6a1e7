using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The leading square of a matrix, transposed: each candidate of a batch picks its query.</summary>
/// <remarks>
/// Forward: y_ij = x_ji for i, j &lt; m, x having m rows; columns from m on, the extra negatives, take no part.
/// Backward: dx_ij += dy_ji for i, j &lt; m.
/// Saved: nothing. Cost: one transposition, and one backward; rows are cut into parts.
/// An entry of −∞ is removed and stays so.
/// </remarks>
public sealed class LeadingTranspose<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A multiple of 16, a cache line of floats, so that no line of the source is read for two parts; 256 rows of 256 make 4 parts.</summary>
    private const int RowsPerPart = 64;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("LeadingTranspose", inputs, 1, 1);
        ShapeRule.Rank("LeadingTranspose", "x", inputs[0], 2);
        if (inputs[0][1] < inputs[0].Rows)
        {
            throw new ArgumentException($"LeadingTranspose needs at least as many columns as rows, not x of shape {inputs[0]}.", nameof(inputs));
        }

        return new Shape(inputs[0].Rows, inputs[0].Rows);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => Run(frame, frame.Input(0), frame.Output, add: false);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (frame.NeedsGradient(0))
        {
            Run(frame, frame.OutputGradient, frame.InputGradient(0), add: true);
        }
    }

    private static void Run(OpFrame<T> frame, Tensor<T> source, Tensor<T> target, bool add)
    {
        var job = new Job
        {
            Blocks = Partition.BySize(source.Shape.Rows, RowsPerPart),
            Source = source.Span,
            SourceStride = source.Shape.RowLength,
            Target = target.Span,
            TargetStride = target.Shape.RowLength,
            Side = source.Shape.Rows,
            Add = add,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    private ref struct Job : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Source;
        public required int SourceStride;
        public required Span<T> Target;
        public required int TargetStride;
        public required int Side;
        public required bool Add;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            if (!Add)
            {
                Transpose.Run(Source[start..], SourceStride, Side, count, Target[(start * TargetStride)..], TargetStride);
                return;
            }

            using var scratch = new Scratch<T>(count * Side);
            Transpose.Run(Source[start..], SourceStride, Side, count, scratch.Span, Side);
            for (int i = 0; i < count; i++)
            {
                Span<T> target = Rows.Of(Target, TargetStride, start + i)[..Side];
                TensorPrimitives.Add(target, Rows.Of(scratch.Span, Side, i), target);
            }
        }
    }
}

/// <summary>Calls <see cref="LeadingTranspose{T}"/>.</summary>
public static class LeadingTransposeExtensions
{
    /// <summary>The first m columns of x [m, n], transposed, as [m, m].</summary>
    /// <exception cref="ArgumentException">x is no matrix, or has fewer columns than rows.</exception>
    public static Variable<T> LeadingTranspose<T>(this Variable<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new LeadingTranspose<T>(), [x]);
}
