using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Attention of one head within ragged sequences, where a row sees itself and those before it (Vaswani et al. 2017).</summary>
/// <remarks>
/// Forward: y_i = Σ_j p_ij · v_j over the rows j ≤ i of the sequence, with p_i = softmax_j(z_ij) and z_ij = q_i · k_j / √d.
/// Backward: with a_ij = dy_i · v_j and g_ij = p_ij · (a_ij − Σ_j p_ij · a_ij) / √d,
/// dv_j += Σ_i p_ij · dy_i, dq_i += Σ_j g_ij · k_j, dk_j += Σ_i g_ij · q_i.
/// Indices: offsets of the sequences; empty ones are allowed.
/// Saved: nothing; backward makes the weights again. Each part holds the weights of 64 rows of one sequence, and backward
/// their gradients: memory grows with the longest sequence, not with its square.
/// Cost: for a sequence of n rows some 2n²d multiply-adds or half of that where n is far above 64, and two and a half
/// times as many backward; sequences are cut into parts.
/// </remarks>
public sealed class CausalAttention<T> : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Rows whose weights are held at a time. Products of 64 rows run at full speed, and of the weights made, those that a
    /// row may not see are 32 a row.
    /// </summary>
    private const int BlockRows = 64;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("CausalAttention", inputs, 3, 3);
        ShapeRule.Rank("CausalAttention", "queries", inputs[0], 2);
        ShapeRule.Same("CausalAttention", "keys", inputs[1], inputs[0]);
        ShapeRule.Same("CausalAttention", "values", inputs[2], inputs[0]);
        ShapeRule.Segments("CausalAttention", "rows", indices, inputs[0].Rows);
        return inputs[0];
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        var job = new ForwardJob { Sequences = SequencesOf(frame), Result = frame.Output.Span };
        frame.Workers.Run(job, job.Sequences.Blocks.Parts);
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        var job = new BackwardJob
        {
            Sequences = SequencesOf(frame),
            OutputGradient = frame.OutputGradient.Span,
            QueryGradient = frame.NeedsGradient(0) ? frame.InputGradient(0).Span : default,
            KeyGradient = frame.NeedsGradient(1) ? frame.InputGradient(1).Span : default,
            ValueGradient = frame.NeedsGradient(2) ? frame.InputGradient(2).Span : default,
        };
        frame.Workers.Run(job, job.Sequences.Blocks.Parts);
    }

    private static Sequences SequencesOf(OpFrame<T> frame)
    {
        ReadOnlySpan<int> offsets = frame.Indices.Offsets.Span;
        (int rows, int width, int count) = (frame.Output.Shape.Rows, frame.Output.Shape.RowLength, offsets.Length - 1);
        return new Sequences
        {
            Blocks = Partition.OfLists(count, rows, (long)width * (1 + (rows / Math.Max(1, count)))),
            Offsets = offsets,
            Width = width,
            Scale = T.One / T.Sqrt(T.CreateChecked(width)),
            Queries = frame.Input(0).Span,
            Keys = frame.Input(1).Span,
            Values = frame.Input(2).Span,
        };
    }

    /// <summary>What both passes work on.</summary>
    private ref struct Sequences
    {
        public required Partition Blocks;
        public required ReadOnlySpan<int> Offsets;
        public required int Width;
        public required T Scale;
        public required ReadOnlySpan<T> Queries;
        public required ReadOnlySpan<T> Keys;
        public required ReadOnlySpan<T> Values;

        /// <summary>Weights of a block of the longest sequence of a part.</summary>
        public readonly int ScratchLength(int part)
        {
            (int start, int count) = Blocks[part];
            int longest = 0;
            for (int sequence = start; sequence < start + count; sequence++)
            {
                longest = Math.Max(longest, Offsets[sequence + 1] - Offsets[sequence]);
            }

            return checked(Math.Min(BlockRows, longest) * longest);
        }

        /// <summary>The first rows of a sequence, up to the end of a block.</summary>
        public readonly ReadOnlySpan<T> Seen(ReadOnlySpan<T> rows, Block block) => rows.Slice(block.Start * Width, block.Seen * Width);

        /// <summary>The rows of a block.</summary>
        public readonly ReadOnlySpan<T> Own(ReadOnlySpan<T> rows, Block block) => rows.Slice(block.First * Width, block.Count * Width);

        public readonly Span<T> Seen(Span<T> rows, Block block) => rows.Slice(block.Start * Width, block.Seen * Width);

        public readonly Span<T> Own(Span<T> rows, Block block) => rows.Slice(block.First * Width, block.Count * Width);

        /// <summary>p_ij for the rows i of a block and all rows j that its last one sees; 0 where j &gt; i.</summary>
        public readonly void Weights(Block block, Span<T> weights)
        {
            Gemm.Multiply(Own(Queries, block), false, Seen(Keys, block), true, weights, block.Count, block.Seen, Width, accumulate: false, WorkerTeam.Inline);
            for (int i = 0; i < block.Count; i++)
            {
                Span<T> row = Rows.Of(weights, block.Seen, i), seen = row[..block.SeenBy(i)];
                TensorPrimitives.Multiply(seen, Scale, seen);
                (_, T sum) = SoftmaxRow.Exponentials<T>(seen, seen);
                TensorPrimitives.Multiply(seen, T.One / sum, seen);
                row[seen.Length..].Clear();
            }
        }
    }

    /// <summary>Consecutive rows of one sequence.</summary>
    private readonly struct Block(int start, int first, int count)
    {
        /// <summary>Where the sequence starts.</summary>
        public int Start { get; } = start;

        /// <summary>The first row of the block.</summary>
        public int First { get; } = first;

        /// <summary>Its number of rows.</summary>
        public int Count { get; } = count;

        /// <summary>The rows that the last row of the block sees.</summary>
        public int Seen => First + Count - Start;

        public int SeenBy(int row) => First + row + 1 - Start;

        public static Block Of(int start, int first, int end) => new(start, first, Math.Min(BlockRows, end - first));
    }

    private ref struct ForwardJob : IParallelJob
    {
        public required Sequences Sequences;
        public required Span<T> Result;

        public readonly void Run(int part)
        {
            (int start, int count) = Sequences.Blocks[part];
            using var scratch = new Scratch<T>(Sequences.ScratchLength(part));
            for (int sequence = start; sequence < start + count; sequence++)
            {
                (int begin, int end) = (Sequences.Offsets[sequence], Sequences.Offsets[sequence + 1]);
                for (int first = begin; first < end; first += BlockRows)
                {
                    var block = Block.Of(begin, first, end);
                    Span<T> weights = scratch.Span[..(block.Count * block.Seen)];
                    Sequences.Weights(block, weights);
                    Gemm.Multiply(
                        weights, false, Sequences.Seen(Sequences.Values, block), false, Sequences.Own(Result, block), block.Count, Sequences.Width, block.Seen, accumulate: false, WorkerTeam.Inline);
                }
            }
        }
    }

    private ref struct BackwardJob : IParallelJob
    {
        public required Sequences Sequences;
        public required ReadOnlySpan<T> OutputGradient;

        /// <summary>Empty where it needs none, as are the others.</summary>
        public required Span<T> QueryGradient;
        public required Span<T> KeyGradient;
        public required Span<T> ValueGradient;

        public readonly void Run(int part)
        {
            (int start, int count) = Sequences.Blocks[part];
            int length = Sequences.ScratchLength(part);
            using var scratch = new Scratch<T>(checked(2 * length));
            for (int sequence = start; sequence < start + count; sequence++)
            {
                (int begin, int end) = (Sequences.Offsets[sequence], Sequences.Offsets[sequence + 1]);
                for (int first = begin; first < end; first += BlockRows)
                {
                    var block = Block.Of(begin, first, end);
                    int size = block.Count * block.Seen;
                    Run(block, scratch.Span[..size], scratch.Span.Slice(length, size));
                }
            }
        }

        private readonly void Run(Block block, Span<T> weights, Span<T> gradients)
        {
            (int width, int own, int seen) = (Sequences.Width, block.Count, block.Seen);
            ReadOnlySpan<T> gradient = Sequences.Own(OutputGradient, block);
            Sequences.Weights(block, weights);
            if (!ValueGradient.IsEmpty)
            {
                Gemm.Multiply(weights, true, gradient, false, Sequences.Seen(ValueGradient, block), seen, width, own, accumulate: true, WorkerTeam.Inline);
            }

            if (QueryGradient.IsEmpty && KeyGradient.IsEmpty)
            {
                return;
            }

            Gemm.Multiply(gradient, false, Sequences.Seen(Sequences.Values, block), true, gradients, own, seen, width, accumulate: false, WorkerTeam.Inline);
            for (int i = 0; i < own; i++)
            {
                Span<T> row = Rows.Of(gradients, seen, i), visible = row[..block.SeenBy(i)];
                ReadOnlySpan<T> weight = Rows.Of(weights, seen, i)[..visible.Length];
                TensorPrimitives.Subtract(visible, RowReduce.Dot(weight, visible), visible);
                TensorPrimitives.Multiply(visible, weight, visible);
                TensorPrimitives.Multiply(visible, Sequences.Scale, visible);
                row[visible.Length..].Clear();
            }

            if (!QueryGradient.IsEmpty)
            {
                Gemm.Multiply(gradients, false, Sequences.Seen(Sequences.Keys, block), false, Sequences.Own(QueryGradient, block), own, width, seen, accumulate: true, WorkerTeam.Inline);
            }

            if (!KeyGradient.IsEmpty)
            {
                Gemm.Multiply(gradients, true, Sequences.Own(Sequences.Queries, block), false, Sequences.Seen(KeyGradient, block), seen, width, own, accumulate: true, WorkerTeam.Inline);
            }
        }
    }
}

/// <summary>Calls <see cref="CausalAttention{T}"/>.</summary>
public static class CausalAttentionExtensions
{
    /// <summary>Attention of one head within each sequence, every row over itself and those before it, as [n, d].</summary>
    /// <param name="queries">[n, d], one sequence after the other.</param>
    /// <param name="keys">[n, d].</param>
    /// <param name="values">[n, d].</param>
    /// <param name="offsets">Where each sequence starts, then n: one more than there are sequences.</param>
    /// <exception cref="ArgumentException">The queries are no matrix, the shapes differ, or the offsets do not ascend from 0 to n.</exception>
    public static Variable<T> CausalAttention<T>(this Variable<T> queries, Variable<T> keys, Variable<T> values, ReadOnlyMemory<int> offsets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => queries.Tape.Apply(new CausalAttention<T>(), [queries, keys, values], new OpIndices(default, offsets));
}
