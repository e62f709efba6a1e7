using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The largest score over a query's heads ("maxsim").</summary>
/// <remarks>
/// Forward: y_ij = max over h &lt; H of x_(i·H+h),j; NaN where any head is NaN.
/// Backward: dx_(i·H+h),j += dy_ij for the first head h that attains the maximum. With divided ties, as in TensorFlow, each
/// of the t heads that attain it gets dy_ij / t. A head that is NaN attains NaN.
/// Saved: nothing; backward compares the input with the output, which costs less than finding the number of the head in forward.
/// Cost: one pass over the input, and one backward (two with divided ties); queries are cut into parts.
/// </remarks>
/// <param name="heads">The number of heads H, at least 1.</param>
/// <param name="divideTies">Whether heads that tie share the gradient.</param>
public sealed class MaxOverHeads<T>(int heads, bool divideTies = false) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of heads.</summary>
    public int Heads { get; } = heads >= 1
        ? heads
        : throw new ArgumentOutOfRangeException(nameof(heads), heads, "There must be at least one head.");

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("MaxOverHeads", inputs, 1, 1);
        ShapeRule.Rank("MaxOverHeads", "x", inputs[0], 2);
        if (inputs[0].Rows % Heads != 0)
        {
            throw new ArgumentException($"MaxOverHeads needs a multiple of {Heads} rows, the number of heads, not x of shape {inputs[0]}.", nameof(inputs));
        }

        return inputs[0].WithRows(inputs[0].Rows / Heads);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        var job = new ForwardJob
        {
            Blocks = Blocks(frame),
            Scores = frame.Input(0).Span,
            Width = frame.Output.Shape.RowLength,
            Heads = Heads,
            Maximum = frame.Output.Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (!frame.NeedsGradient(0))
        {
            return;
        }

        var job = new BackwardJob
        {
            Blocks = Blocks(frame),
            Scores = frame.Input(0).Span,
            Width = frame.Output.Shape.RowLength,
            Heads = Heads,
            DividesTies = divideTies,
            Maximum = frame.Output.Span,
            OutputGradient = frame.OutputGradient.Span,
            Gradient = frame.InputGradient(0).Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    private Partition Blocks(OpFrame<T> frame) => Partition.ByCost(frame.Output.Shape.Rows, (long)Heads * frame.Output.Shape.RowLength);

    private ref struct ForwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Scores;
        public required int Width;
        public required int Heads;
        public required Span<T> Maximum;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            for (int i = start; i < start + count; i++)
            {
                Span<T> maximum = Rows.Of(Maximum, Width, i);
                Rows.Of(Scores, Width, i * Heads).CopyTo(maximum);
                for (int row = (i * Heads) + 1; row < (i + 1) * Heads; row++)
                {
                    TensorPrimitives.Max(maximum, Rows.Of(Scores, Width, row), maximum);
                }
            }
        }
    }

    private ref struct BackwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Scores;
        public required int Width;
        public required int Heads;
        public required bool DividesTies;
        public required ReadOnlySpan<T> Maximum;
        public required ReadOnlySpan<T> OutputGradient;
        public required Span<T> Gradient;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            using var scratch = new Scratch<T>(2 * Width);
            Span<T> ones = scratch.Span[..Width];
            Span<T> rest = scratch.Span[Width..];
            ones.Fill(T.One);
            for (int i = start; i < start + count; i++)
            {
                ReadOnlySpan<T> gradient = Rows.Of(OutputGradient, Width, i);
                if (DividesTies)
                {
                    rest.Clear();
                    for (int h = 0; h < Heads; h++)
                    {
                        MaximumGradient.Add(Head(i, h), Rows.Of(Maximum, Width, i), ones, rest);
                    }

                    TensorPrimitives.Divide(gradient, rest, rest);
                    for (int h = 0; h < Heads; h++)
                    {
                        MaximumGradient.Add(Head(i, h), Rows.Of(Maximum, Width, i), rest, Rows.Of(Gradient, Width, (i * Heads) + h));
                    }
                }
                else
                {
                    gradient.CopyTo(rest);
                    for (int h = 0; h < Heads; h++)
                    {
                        MaximumGradient.Take(Head(i, h), Rows.Of(Maximum, Width, i), rest, Rows.Of(Gradient, Width, (i * Heads) + h));
                    }
                }
            }
        }

        private readonly ReadOnlySpan<T> Head(int query, int head) => Rows.Of(Scores, Width, (query * Heads) + head);
    }
}

/// <summary>Calls <see cref="MaxOverHeads{T}"/>.</summary>
public static class MaxOverHeadsExtensions
{
    /// <summary>The largest of each query's heads in x [Q·H, C], as [Q, C].</summary>
    /// <param name="x">[Q·H, C]; row i·H + h is head h of query i.</param>
    /// <param name="heads">The number of heads H, at least 1.</param>
    /// <param name="divideTies">Whether heads that tie share the gradient, as in TensorFlow; otherwise the first of them gets it.</param>
    /// <exception cref="ArgumentException">x is no matrix, or its rows are no multiple of the heads.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no head.</exception>
    public static Variable<T> MaxOverHeads<T>(this Variable<T> x, int heads, bool divideTies = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new MaxOverHeads<T>(heads, divideTies), [x]);
}
