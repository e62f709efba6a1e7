using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Rows shifted to mean 0 and scaled to variance 1, then scaled and shifted column by column (Ba, Kiros and Hinton 2016).</summary>
/// <remarks>
/// Forward: y_ij = u_ij · gain_j + shift_j with u_ij = (x_ij − μ_i) · r_i, μ_i the mean of the row's d elements,
/// r_i = 1/√(v_i + ε) and v_i = Σ_j (x_ij − μ_i)² / d, made from the differences, so that it does not cancel.
/// Backward: with g_ij = dy_ij · gain_j, dx_ij += r_i · (g_ij − mean_j(g_ij) − u_ij · mean_j(g_ij · u_ij));
/// dgain_j += Σ_i dy_ij · u_ij; dshift_j += Σ_i dy_ij; both are summed part by part, then over the parts in ascending order.
/// Saved: μ and r. Cost: four passes, and some six backward; rows are cut into parts.
/// A row whose variance overflows comes out as the shift.
/// </remarks>
/// <param name="epsilon">What is added to the variance, so that a row of equal elements has a scale; positive. As in PyTorch, 1e-5.</param>
/// <exception cref="ArgumentOutOfRangeException">ε is not positive and finite.</exception>
public sealed class LayerNorm<T>(double epsilon = 1e-5) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _epsilon = T.CreateChecked(epsilon) > T.Zero && T.IsFinite(T.CreateChecked(epsilon))
        ? T.CreateChecked(epsilon)
        : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "What is added to the variance must be positive and finite, also once rounded to the type of the elements.");

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("LayerNorm", inputs, 3, 3);
        ShapeRule.Rank("LayerNorm", "x", inputs[0], 2);
        ShapeRule.Same("LayerNorm", "gain", inputs[1], new Shape(inputs[0][1]));
        ShapeRule.Same("LayerNorm", "shift", inputs[2], new Shape(inputs[0][1]));
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        Shape shape = frame.Output.Shape;
        var job = new ForwardJob
        {
            Blocks = Partition.ByCost(shape.Rows, shape.RowLength),
            X = frame.Input(0).Span,
            Gain = frame.Input(1).Span,
            Shift = frame.Input(2).Span,
            Epsilon = _epsilon,
            Statistics = frame.Save(new Shape(shape.Rows, 2)).Span,
            Result = frame.Output.Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        Shape shape = frame.Output.Shape;
        (int width, bool needsSums) = (shape.RowLength, frame.NeedsGradient(1) || frame.NeedsGradient(2));
        var blocks = Partition.ByCost(shape.Rows, width);
        Tensor<T> sums = frame.Tape.Allocate(new Shape(needsSums ? blocks.Parts : 0, 2 * width));
        var job = new BackwardJob
        {
            Blocks = blocks,
            X = frame.Input(0).Span,
            Gain = frame.Input(1).Span,
            Statistics = frame.Saved.Span,
            OutputGradient = frame.OutputGradient.Span,
            Gradient = frame.NeedsGradient(0) ? frame.InputGradient(0).Span : default,
            Sums = sums.Span,
        };
        frame.Workers.Run(job, blocks.Parts);
        for (int input = 1; input <= 2; input++)
        {
            for (int part = 0; frame.NeedsGradient(input) && part < blocks.Parts; part++)
            {
                Span<T> target = frame.InputGradient(input).Span;
                TensorPrimitives.Add(target, sums.Row(part).Slice((input - 1) * width, width), target);
            }
        }
    }

    private ref struct ForwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> X;
        public required ReadOnlySpan<T> Gain;
        public required ReadOnlySpan<T> Shift;
        public required T Epsilon;

        /// <summary>[rows, 2]: mean and scale.</summary>
        public required Span<T> Statistics;
        public required Span<T> Result;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            int width = Gain.Length;
            T columns = T.CreateChecked(width);
            for (int i = start; i < start + count; i++)
            {
                ReadOnlySpan<T> x = Rows.Of(X, width, i);
                Span<T> y = Rows.Of(Result, width, i);
                T mean = RowReduce.Sum(x) / columns;
                TensorPrimitives.Subtract(x, mean, y);
                T scale = T.One / T.Sqrt((RowReduce.Dot<T>(y, y) / columns) + Epsilon);
                TensorPrimitives.Multiply(y, scale, y);
                TensorPrimitives.FusedMultiplyAdd(y, Gain, Shift, y);
                (Statistics[2 * i], Statistics[(2 * i) + 1]) = (mean, scale);
            }
        }
    }

    private ref struct BackwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required ReadOnlySpan<T> X;
        public required ReadOnlySpan<T> Gain;
        public required ReadOnlySpan<T> Statistics;
        public required ReadOnlySpan<T> OutputGradient;

        /// <summary>Of x; empty where it needs none.</summary>
        public required Span<T> Gradient;

        /// <summary>[parts, 2d]: each part's gradient of the gain, then of the shift; empty where neither needs one.</summary>
        public required Span<T> Sums;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            int width = Gain.Length;
            T columns = T.CreateChecked(width);
            using var scratch = new Scratch<T>(2 * width);
            Span<T> unit = scratch.Span[..width], scaled = scratch.Span[width..];
            Span<T> sums = Sums.IsEmpty ? default : Rows.Of(Sums, 2 * width, part);
            sums.Clear();
            for (int i = start; i < start + count; i++)
            {
                ReadOnlySpan<T> gradient = Rows.Of(OutputGradient, width, i);
                (T mean, T scale) = (Statistics[2 * i], Statistics[(2 * i) + 1]);
                TensorPrimitives.Subtract(Rows.Of(X, width, i), mean, unit);
                TensorPrimitives.Multiply(unit, scale, unit);
                if (!sums.IsEmpty)
                {
                    TensorPrimitives.FusedMultiplyAdd(gradient, unit, sums[..width], sums[..width]);
                    TensorPrimitives.Add(sums[width..], gradient, sums[width..]);
                }

                if (!Gradient.IsEmpty)
                {
                    Span<T> target = Rows.Of(Gradient, width, i);
                    TensorPrimitives.Multiply(gradient, Gain, scaled);
                    T along = RowReduce.Dot<T>(scaled, unit) / columns;
                    TensorPrimitives.Subtract(scaled, RowReduce.Sum<T>(scaled) / columns, scaled);
                    TensorPrimitives.FusedMultiplyAdd(unit, -along, scaled, scaled);
                    TensorPrimitives.FusedMultiplyAdd(scaled, scale, target, target);
                }
            }
        }
    }
}

/// <summary>Calls <see cref="LayerNorm{T}"/>.</summary>
public static class LayerNormExtensions
{
    /// <summary>The rows of x [m, d] brought to mean 0 and variance 1, times gain, plus shift.</summary>
    /// <param name="x">[m, d].</param>
    /// <param name="gain">[d]; ones at the start, as a rule.</param>
    /// <param name="shift">[d]; zeros at the start, as a rule.</param>
    /// <param name="epsilon">What is added to the variance; positive.</param>
    /// <exception cref="ArgumentException">x is no matrix, or gain or shift has another length than its rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is not positive and finite.</exception>
    public static Variable<T> LayerNorm<T>(this Variable<T> x, Variable<T> gain, Variable<T> shift, double epsilon = 1e-5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => x.Tape.Apply(new LayerNorm<T>(epsilon), [x, gain, shift]);
}
