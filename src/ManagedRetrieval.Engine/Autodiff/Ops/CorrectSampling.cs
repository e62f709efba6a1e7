using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Logits without the advantage of candidates that are sampled often: the logQ correction.</summary>
/// <remarks>
/// Forward: y_ij = z_ij − l_j; with negatives only, y_ii = z_ii: the positive was not sampled, so it is not corrected (arXiv 2507.09331).
/// Backward: dz += dy; dl_j −= Σ_i dy_ij, rows in ascending order, with negatives only over i ≠ j.
/// Saved: nothing. Cost: one pass, and one for each gradient; rows are cut into parts, but not for dl.
/// An entry of −∞ is removed and stays so.
/// </remarks>
/// <param name="negativesOnly">Whether the diagonal, each row's positive, keeps its logit.</param>
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
        for (int i = 0; i < frame.Output.Shape.Rows; i++)
        {
            ReadOnlySpan<T> row = Rows.Of(gradient, target.Length, i);
            int positive = negativesOnly ? i : row.Length;
            TensorPrimitives.Subtract(target[..positive], row[..positive], target[..positive]);
            if (negativesOnly)
            {
                TensorPrimitives.Subtract(target[(i + 1)..], row[(i + 1)..], target[(i + 1)..]);
            }
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
            KeepsDiagonal = negativesOnly,
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
        public required bool KeepsDiagonal;

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
                if (KeepsDiagonal)
                {
                    target[i] = source[i];
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
    /// <param name="negativesOnly">Whether the positive of each row keeps its logit.</param>
    /// <exception cref="ArgumentException">The logits are no matrix or have fewer columns than rows, or there is another number of probabilities than columns.</exception>
    public static Variable<T> CorrectSampling<T>(this Variable<T> logits, Variable<T> logProbability, bool negativesOnly = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => logits.Tape.Apply(new CorrectSampling<T>(negativesOnly), [logits, logProbability]);
}
