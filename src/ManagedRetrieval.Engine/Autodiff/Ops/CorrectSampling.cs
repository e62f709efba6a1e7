using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Logits without the advantage of candidates that are sampled often: the logQ correction.</summary>
/// <remarks>
/// Forward: y_ij = z_ij − l_j; with negatives only, y_ip = z_ip for the positives p of row i: they were not sampled, so they are not corrected (arXiv 2507.09331).
/// Backward: dz += dy; dl_j −= Σ_i dy_ij, rows in ascending order, with negatives only over the rows of which j is no positive.
/// Indices: with negatives only, a ragged list of each row's positives; without one, the diagonal.
/// Saved: nothing. Cost: one pass, and one for each gradient; rows are cut into parts, but not for dl.
/// An entry of −∞ is removed and stays so.
/// </remarks>
/// <param name="negativesOnly">Whether each row's positives keep their logits.</param>
public sealed class CorrectSampling<T>(bool negativesOnly = false) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("CorrectSampling", inputs, 2, 2);
        ShapeRule.Rank("CorrectSampling", "logits", inputs[0], 2);
        if (inputs[0][1] < inputs[0].Rows)
        {
            throw new ArgumentException($"CorrectSampling needs at least as many columns as rows, not logits of shape {inputs[0]}.", nameof(inputs));
        }

        ShapeRule.Same("CorrectSampling", "logProbability", inputs[1], new Shape(inputs[0][1]));
        if (!indices.Offsets.IsEmpty)
        {
            ShapeRule.Ragged("CorrectSampling", "positives", indices, inputs[0][1]);
            ShapeRule.Length("CorrectSampling", "lists of positives", indices.Offsets.Length - 1, inputs[0].Rows);
        }

        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame) => Run(frame, frame.Input(0).Span, frame.Input(1).Span, frame.Output.Span);

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        ReadOnlySpan<T> gradient = frame.OutputGradient.Span;
        if (frame.NeedsGradient(0))
        {
            Run(frame, gradient, default, frame.InputGradient(0).Span);
        }

        if (!frame.NeedsGradient(1))
        {
            return;
        }

        Span<T> target = frame.InputGradient(1).Span;
        using var scratch = new Scratch<T>(target.Length);
        for (int i = 0; i < frame.Output.Shape.Rows; i++)
        {
            ReadOnlySpan<T> row = Rows.Of(gradient, target.Length, i);
            if (negativesOnly)
            {
                row.CopyTo(scratch.Span);
                Keep(frame.Indices, i, default, scratch.Span);
                row = scratch.Span;
            }

            TensorPrimitives.Subtract(target, row, target);
        }
    }

    /// <summary>Copies one row's positives over from what they were; zeros where there is nothing to copy.</summary>
    private static void Keep(OpIndices positives, int row, ReadOnlySpan<T> source, Span<T> target)
    {
        if (positives.Offsets.IsEmpty)
        {
            target[row] = source.IsEmpty ? T.Zero : source[row];
            return;
        }

        foreach (int column in positives.Values.Span[positives.Offsets.Span[row]..positives.Offsets.Span[row + 1]])
        {
            target[column] = source.IsEmpty ? T.Zero : source[column];
        }
    }

    private void Run(OpFrame<T> frame, ReadOnlySpan<T> source, ReadOnlySpan<T> logProbability, Span<T> target)
    {
        Shape shape = frame.Output.Shape;
        var job = new Job
        {
            Blocks = Partition.ByCost(shape.Rows, shape.RowLength),
            Source = source,
            LogProbability = logProbability,
            Target = target,
            Width = shape.RowLength,
            KeepsPositives = negativesOnly,
            Positives = frame.Indices,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    /// <summary>Corrects where there are probabilities, else adds the gradient.</summary>
    private ref struct Job : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Source;
        public required ReadOnlySpan<T> LogProbability;
        public required Span<T> Target;
        public required int Width;
        public required bool KeepsPositives;
        public required OpIndices Positives;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            if (LogProbability.IsEmpty)
            {
                Span<T> block = Target.Slice(start * Width, count * Width);
                TensorPrimitives.Add(block, Source.Slice(start * Width, count * Width), block);
                return;
            }

            for (int i = start; i < start + count; i++)
            {
                ReadOnlySpan<T> source = Rows.Of(Source, Width, i);
                Span<T> target = Rows.Of(Target, Width, i);
                TensorPrimitives.Subtract(source, LogProbability, target);
                if (KeepsPositives)
                {
                    Keep(Positives, i, source, target);
                }
            }
        }
    }
}

/// <summary>Calls <see cref="CorrectSampling{T}"/>.</summary>
public static class CorrectSamplingExtensions
{
    /// <summary>Takes the logarithm of each candidate's sampling probability off its column of logits.</summary>
    /// <param name="logits">[Q, C] with C ≥ Q; the positive of row i is in column i.</param>
    /// <param name="logProbability">[C].</param>
    /// <param name="negativesOnly">Whether the positives of each row keep their logits.</param>
    /// <param name="positives">A ragged list of each row's positives; by default column i of row i.</param>
    /// <exception cref="ArgumentException">The logits are no matrix or have fewer columns than rows, there is another number of probabilities than columns, or the lists do not fit.</exception>
    public static Variable<T> CorrectSampling<T>(this Variable<T> logits, Variable<T> logProbability, bool negativesOnly = false, OpIndices positives = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new CorrectSampling<T>(negativesOnly), [logits, logProbability], positives);
}
