using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>What the losses over ragged lists of positives have in common: the shape rule, and both passes over the rows.</summary>
/// <remarks>
/// Forward saves the derivative of each row's loss by each logit, a matrix of the logits' shape; backward is then
/// dz_ij += dloss_i · saved_ij for all of them. Rows are cut into parts by their length.
/// </remarks>
internal static class PositiveLists
{
    /// <summary>Logits [m, n] with m lists of columns, none of them empty or with a column twice, give losses [m].</summary>
    public static Shape InferShape(string op, ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs(op, inputs, 1, 1);
        ShapeRule.Rank(op, "logits", inputs[0], 2);
        Check(op, indices, inputs[0].Rows, inputs[0][1]);
        return new Shape(inputs[0].Rows);
    }

    /// <summary>Checks that there is a list of columns for each row, none of them empty or with a column twice.</summary>
    public static void Check(string op, OpIndices indices, int rows, int width)
    {
        ShapeRule.Ragged(op, "positives", indices, width);
        ShapeRule.Length(op, "lists of positives", indices.Offsets.Length - 1, rows);
        ReadOnlySpan<int> offsets = indices.Offsets.Span;
        using var scratch = new Scratch<int>(width);
        Span<int> lastRow = scratch.Span;
        lastRow.Fill(-1);
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<int> list = indices.Values.Span[offsets[row]..offsets[row + 1]];
            if (list.IsEmpty)
            {
                throw new ArgumentException($"{op} needs at least one positive in each row's list, but the list of row {row} is empty.", nameof(indices));
            }

            foreach (int column in list)
            {
                if (lastRow[column] == row)
                {
                    throw new ArgumentException($"{op} needs lists without repetition, but the list of row {row} has column {column} twice.", nameof(indices));
                }

                lastRow[column] = row;
            }
        }
    }

    /// <summary>Computes all losses and saves the derivatives.</summary>
    public static void Forward<T, TLoss>(OpFrame<T> frame, TLoss loss)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLoss : struct, IListLoss<T>
    {
        Shape shape = frame.Input(0).Shape;
        var job = new ForwardJob<T, TLoss>
        {
            Blocks = Partition.ByCost(shape.Rows, shape.RowLength),
            Loss = loss,
            Logits = frame.Input(0).Span,
            Width = shape.RowLength,
            Positives = frame.Indices.Values.Span,
            Offsets = frame.Indices.Offsets.Span,
            Derivatives = frame.Save(shape).Span,
            Losses = frame.Output.Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    /// <summary>Adds to the logits' gradient what was saved, times the gradient of each row's loss.</summary>
    public static void Backward<T>(OpFrame<T> frame)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!frame.NeedsGradient(0))
        {
            return;
        }

        Shape shape = frame.Input(0).Shape;
        var job = new BackwardJob<T>
        {
            Blocks = Partition.ByCost(shape.Rows, shape.RowLength),
            Derivatives = frame.Saved.Span,
            Width = shape.RowLength,
            OutputGradient = frame.OutputGradient.Span,
            Gradient = frame.InputGradient(0).Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    private ref struct ForwardJob<T, TLoss> : IParallelJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLoss : struct, IListLoss<T>
    {
        public required Partition Blocks;
        public required TLoss Loss;
        public required ReadOnlySpan<T> Logits;
        public required int Width;
        public required ReadOnlySpan<int> Positives;
        public required ReadOnlySpan<int> Offsets;
        public required Span<T> Derivatives;
        public required Span<T> Losses;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            using var scratch = new Scratch<T>(2 * Width);
            for (int i = start; i < start + count; i++)
            {
                ReadOnlySpan<T> logits = Rows.Of(Logits, Width, i);
                ReadOnlySpan<int> positives = Positives[Offsets[i]..Offsets[i + 1]];
                Span<T> derivatives = Rows.Of(Derivatives, Width, i);
                logits.CopyTo(derivatives);
                foreach (int positive in positives)
                {
                    derivatives[positive] = T.NegativeInfinity;
                }

                int negatives = Width - derivatives.Count(T.NegativeInfinity);
                if (negatives == 0)
                {
                    derivatives.Clear();
                    Losses[i] = T.Zero;
                }
                else
                {
                    Losses[i] = Loss.Run(logits, positives, negatives, derivatives, scratch.Span);
                }
            }
        }
    }

    private ref struct BackwardJob<T> : IParallelJob
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> Derivatives;
        public required int Width;
        public required ReadOnlySpan<T> OutputGradient;
        public required Span<T> Gradient;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            for (int i = start; i < start + count; i++)
            {
                Span<T> target = Rows.Of(Gradient, Width, i);
                TensorPrimitives.FusedMultiplyAdd(Rows.Of(Derivatives, Width, i), OutputGradient[i], target, target);
            }
        }
    }
}
