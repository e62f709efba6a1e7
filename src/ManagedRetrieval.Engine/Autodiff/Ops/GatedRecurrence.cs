using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The last state of a gated recurrent unit over each of several ragged sequences (Cho et al. 2014).</summary>
/// <remarks>
/// Forward: from a state of zeros, row after row of a sequence, with x = (x_r, x_z, x_n) and u = h·U + bias = (u_r, u_z, u_n):
/// r = σ(x_r + u_r), z = σ(x_z + u_z), n = tanh(x_n + r ⊙ u_n), h ← n + z ⊙ (h − n). This is the variant, and the order of
/// gates, of PyTorch's GRU; Keras with reset_after has the same gates in the order z, r, n. An empty sequence gives zeros.
/// Backward, through time: with dh of a row's new state and h of its old one,
/// dx_n += e = dh ⊙ (1 − z) ⊙ (1 − n²), dx_z += du_z = dh ⊙ (h − n) ⊙ z ⊙ (1 − z), dx_r += du_r = e ⊙ u_n ⊙ r ⊙ (1 − r),
/// du_n = e ⊙ r, and dh of the row before is dh ⊙ z + du · Uᵀ.
/// dU += Σ over all rows of hᵀ · du, one chain over the rows in order; dbias += Σ du, likewise.
/// Indices: offsets of the sequences.
/// Saved: r, z, n, u_n and the new state, 5h numbers a row; backward takes 4h more.
/// Cost: 3h² multiply-adds a row, and twice that backward. Sequences are cut into parts; a part takes one step of all its
/// sequences at a time.
/// </remarks>
public sealed class GatedRecurrence<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Sequences that take their steps together. U is packed anew for each step: 3h² moves, a thirty-second of the
    /// multiply-adds of 32 rows.
    /// </summary>
    private const int PartSequences = 32;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("GatedRecurrence", inputs, 3, 3);
        ShapeRule.Rank("GatedRecurrence", "x", inputs[0], 2);
        ShapeRule.Rank("GatedRecurrence", "recurrentWeights", inputs[1], 2);
        int width = inputs[1].Rows;
        ShapeRule.Same("GatedRecurrence", "recurrentWeights", inputs[1], new Shape(width, 3 * width));
        ShapeRule.Same("GatedRecurrence", "bias", inputs[2], new Shape(3 * width));
        ShapeRule.Same("GatedRecurrence", "x", inputs[0], new Shape(inputs[0].Rows, 3 * width));
        ShapeRule.Segments("GatedRecurrence", "rows", indices, inputs[0].Rows);
        return new Shape(indices.Offsets.Length - 1, width);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        (int sequences, int width) = (frame.Output.Shape.Rows, frame.Output.Shape.RowLength);
        var job = new ForwardJob
        {
            Blocks = Partition.BySize(sequences, PartSequences),
            Offsets = frame.Indices.Offsets.Span,
            Width = width,
            X = frame.Input(0).Span,
            Weights = frame.Input(1).Span,
            Bias = frame.Input(2).Span,
            Saved = frame.Save(new Shape(frame.Input(0).Shape.Rows, GatedUnit.Kept * width)).Span,
            Result = frame.Output.Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        (int sequences, int width, int rows) = (frame.Output.Shape.Rows, frame.Output.Shape.RowLength, frame.Input(0).Shape.Rows);
        Tensor<T> earlier = frame.Tape.Allocate(new Shape(rows, width)), recurrent = frame.Tape.Allocate(new Shape(rows, 3 * width));
        var job = new BackwardJob
        {
            Blocks = Partition.BySize(sequences, PartSequences),
            Offsets = frame.Indices.Offsets.Span,
            Width = width,
            Weights = frame.Input(1).Span,
            Saved = frame.Saved.Span,
            OutputGradient = frame.OutputGradient.Span,
            Earlier = earlier.Span,
            RecurrentGradient = recurrent.Span,
            Gradient = frame.NeedsGradient(0) ? frame.InputGradient(0).Span : default,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
        if (frame.NeedsGradient(1))
        {
            frame.Backend.MatrixProduct(earlier, true, recurrent, false, frame.InputGradient(1), accumulate: true);
        }

        for (int row = 0; frame.NeedsGradient(2) && row < rows; row++)
        {
            Span<T> target = frame.InputGradient(2).Span;
            TensorPrimitives.Add(target, recurrent.Row(row), target);
        }
    }

    /// <summary>Lists the sequences of a part that have a row at a step.</summary>
    private static int Active(ReadOnlySpan<int> offsets, int start, int count, int step, Span<int> active)
    {
        int going = 0;
        for (int sequence = start; sequence < start + count; sequence++)
        {
            if (offsets[sequence] + step < offsets[sequence + 1])
            {
                active[going++] = sequence;
            }
        }

        return going;
    }

    private ref struct ForwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<int> Offsets;
        public required int Width;
        public required ReadOnlySpan<T> X;
        public required ReadOnlySpan<T> Weights;
        public required ReadOnlySpan<T> Bias;

        /// <summary>[rows, 5h].</summary>
        public required Span<T> Saved;
        public required Span<T> Result;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            using var scratch = new Scratch<T>(count * 4 * Width);
            Span<T> states = scratch.Span[..(count * Width)], products = scratch.Span[(count * Width)..];
            Span<T> result = Rows.Of(Result, Width, start, count);
            Span<int> active = stackalloc int[PartSequences];
            result.Clear();
            for (int step = 0; Active(Offsets, start, count, step, active) is int going and > 0; step++)
            {
                for (int i = 0; i < going; i++)
                {
                    Rows.Of(Result, Width, active[i]).CopyTo(Rows.Of(states, Width, i));
                }

                Gemm.Multiply<T>(
                    states[..(going * Width)], false, Weights, false, products[..(going * 3 * Width)], going, 3 * Width, Width, accumulate: false, WorkerTeam.Inline);
                for (int i = 0; i < going; i++)
                {
                    int row = Offsets[active[i]] + step;
                    Span<T> saved = Rows.Of(Saved, GatedUnit.Kept * Width, row), product = Rows.Of(products, 3 * Width, i);
                    TensorPrimitives.Add(product, Bias, product);
                    GatedUnit.Step(Rows.Of(X, 3 * Width, row), product, Rows.Of<T>(states, Width, i), saved);
                    GatedUnit.State<T>(saved).CopyTo(Rows.Of(Result, Width, active[i]));
                }
            }
        }
    }

    private ref struct BackwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<int> Offsets;
        public required int Width;
        public required ReadOnlySpan<T> Weights;
        public required ReadOnlySpan<T> Saved;
        public required ReadOnlySpan<T> OutputGradient;

        /// <summary>[rows, h]: receives each row's old state.</summary>
        public required Span<T> Earlier;

        /// <summary>[rows, 3h]: receives du.</summary>
        public required Span<T> RecurrentGradient;

        /// <summary>Of x; empty where it needs none.</summary>
        public required Span<T> Gradient;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            using var scratch = new Scratch<T>(count * 5 * Width);
            Span<T> states = scratch.Span[..(count * Width)], products = scratch.Span.Slice(count * Width, count * Width), recurrent = scratch.Span[(2 * count * Width)..];
            Span<int> active = stackalloc int[PartSequences];
            OutputGradient.Slice(start * Width, count * Width).CopyTo(states);
            int step = 0;
            while (Active(Offsets, start, count, step, active) > 0)
            {
                step++;
            }

            while (--step >= 0)
            {
                int going = Active(Offsets, start, count, step, active);
                for (int i = 0; i < going; i++)
                {
                    int row = Offsets[active[i]] + step;
                    Span<T> earlier = Rows.Of(Earlier, Width, row), gradient = Rows.Of(RecurrentGradient, 3 * Width, row);
                    earlier.Clear();
                    if (step > 0)
                    {
                        GatedUnit.State(Rows.Of(Saved, GatedUnit.Kept * Width, row - 1)).CopyTo(earlier);
                    }

                    GatedUnit.StepBack(
                        Rows.Of(Saved, GatedUnit.Kept * Width, row),
                        earlier,
                        Rows.Of(states, Width, active[i] - start),
                        gradient,
                        Gradient.IsEmpty ? default : Rows.Of(Gradient, 3 * Width, row));
                    gradient.CopyTo(Rows.Of(recurrent, 3 * Width, i));
                }

                Gemm.Multiply<T>(
                    recurrent[..(going * 3 * Width)], false, Weights, true, products[..(going * Width)], going, Width, 3 * Width, accumulate: false, WorkerTeam.Inline);
                for (int i = 0; i < going; i++)
                {
                    Span<T> state = Rows.Of(states, Width, active[i] - start);
                    TensorPrimitives.Add(state, Rows.Of(products, Width, i), state);
                }
            }
        }
    }
}

/// <summary>Calls <see cref="GatedRecurrence{T}"/>.</summary>
public static class GatedRecurrenceExtensions
{
    /// <summary>The last state of a gated recurrent unit over each sequence, as [sequences, h].</summary>
    /// <param name="x">[n, 3h]: the rows of all sequences times the input weights, with their bias: columns of r, then of z, then of n.</param>
    /// <param name="recurrentWeights">[h, 3h], the columns in the same order.</param>
    /// <param name="bias">[3h]: the recurrent bias, in the same order.</param>
    /// <param name="offsets">Where each sequence starts, then n: one more than there are sequences.</param>
    /// <exception cref="ArgumentException">A shape does not fit the others, or the offsets do not ascend from 0 to n.</exception>
    public static Variable<T> GatedRecurrence<T>(this Variable<T> x, Variable<T> recurrentWeights, Variable<T> bias, ReadOnlyMemory<int> offsets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new GatedRecurrence<T>(), [x, recurrentWeights, bias], new OpIndices(default, offsets));
}
