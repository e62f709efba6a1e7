using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Rows of an embedding table joined bag by bag, the bags being ragged lists of ids.</summary>
/// <remarks>
/// Forward: y_b = s_b · Σ over the bag's ids of table[id], with s_b = 1, 1/n_b or 1/√n_b; an empty bag gives zeros.
/// Backward: every id of bag b adds s_b · dy_b to its row; repeated ids add as often as they stand there.
/// Saved: nothing. Cost: one pass over the rows that are named, and one backward; bags are cut into parts.
/// </remarks>
/// <param name="combiner">How the rows of a bag are joined.</param>
/// <exception cref="ArgumentOutOfRangeException">The combiner is none of the named values.</exception>
public sealed class EmbeddingBag<T>(BagCombiner combiner) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly BagCombiner _combiner = combiner is BagCombiner.Sum or BagCombiner.Mean or BagCombiner.SqrtN
        ? combiner
        : throw new ArgumentOutOfRangeException(nameof(combiner), combiner, "A bag is joined by Sum, Mean or SqrtN.");

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        ShapeRule.Inputs("EmbeddingBag", inputs, 1, 1);
        ShapeRule.Rank("EmbeddingBag", "table", inputs[0], 2);
        ShapeRule.Ragged("EmbeddingBag", "ids", indices, inputs[0].Rows);
        return inputs[0].WithRows(indices.Offsets.Length - 1);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        frame.RequireTable(0);
        var job = new ForwardJob
        {
            Blocks = Blocks(frame),
            Combiner = _combiner,
            Table = frame.Input(0).Span,
            Width = frame.Output.Shape.RowLength,
            Ids = frame.Indices.Values.Span,
            Offsets = frame.Indices.Offsets.Span,
            Result = frame.Output.Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        Tensor<T> gradient = frame.OutputGradient;
        Tensor<T> scaled = _combiner == BagCombiner.Sum ? gradient : frame.Tape.Allocate(gradient.Shape);
        Span<int> bags = frame.Tape.AllocateIndices(frame.Indices.Values.Length).Span;
        var job = new BackwardJob
        {
            Blocks = Blocks(frame),
            Combiner = _combiner,
            Offsets = frame.Indices.Offsets.Span,
            Gradient = gradient.Span,
            Width = gradient.Shape.RowLength,
            Bags = bags,
            Scaled = scaled.Span,
        };
        frame.Workers.Run(job, job.Blocks.Parts);
        frame.InputRowGradient(0).Add(frame.Indices.Values.Span, bags, scaled);
    }

    /// <summary>Bags as long as they are on average make parts of the same size; a worker that got short ones takes another part.</summary>
    private static Partition Blocks(OpFrame<T> frame)
    {
        int bags = frame.Output.Shape.Rows;
        return Partition.ByCost(bags, (long)frame.Output.Shape.RowLength * (1 + (frame.Indices.Values.Length / Math.Max(1, bags))));
    }

    private static T Factor(BagCombiner combiner, int count) => combiner switch
    {
        BagCombiner.Mean when count > 0 => T.One / T.CreateChecked(count),
        BagCombiner.SqrtN when count > 0 => T.One / T.Sqrt(T.CreateChecked(count)),
        _ => T.One,
    };

    private ref struct ForwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required BagCombiner Combiner;
        public required ReadOnlySpan<T> Table;
        public required int Width;
        public required ReadOnlySpan<int> Ids;
        public required ReadOnlySpan<int> Offsets;
        public required Span<T> Result;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            Span<T> sums = Rows.Of(Result, Width, start, count);
            Rows.SumSegments(Table, Width, Ids, Offsets.Slice(start, count + 1), sums);
            for (int bag = 0; Combiner != BagCombiner.Sum && bag < count; bag++)
            {
                Span<T> sum = Rows.Of(sums, Width, bag);
                TensorPrimitives.Multiply(sum, Factor(Combiner, Offsets[start + bag + 1] - Offsets[start + bag]), sum);
            }
        }
    }

    private ref struct BackwardJob : IParallelJob
    {
        public required Partition Blocks;
        public required BagCombiner Combiner;
        public required ReadOnlySpan<int> Offsets;
        public required ReadOnlySpan<T> Gradient;
        public required int Width;

        /// <summary>For each id the bag that it is in.</summary>
        public required Span<int> Bags;

        /// <summary>s_b · dy_b; not written where s_b = 1.</summary>
        public required Span<T> Scaled;

        public readonly void Run(int part)
        {
            (int start, int count) = Blocks[part];
            for (int bag = start; bag < start + count; bag++)
            {
                int ids = Offsets[bag + 1] - Offsets[bag];
                Bags.Slice(Offsets[bag], ids).Fill(bag);
                if (Combiner != BagCombiner.Sum)
                {
                    TensorPrimitives.Multiply(Rows.Of(Gradient, Width, bag), Factor(Combiner, ids), Rows.Of(Scaled, Width, bag));
                }
            }
        }
    }
}

/// <summary>Calls <see cref="EmbeddingBag{T}"/>.</summary>
public static class EmbeddingBagExtensions
{
    /// <summary>Joins rows of an embedding table [rows, d] bag by bag, to [bags, d].</summary>
    /// <param name="table">An embedding table on the tape.</param>
    /// <param name="ids">The ids of all bags, one bag after the other.</param>
    /// <param name="offsets">Where each bag starts in <paramref name="ids"/>, then the number of ids: one more than there are bags.</param>
    /// <param name="combiner">How the rows of a bag are joined.</param>
    /// <exception cref="ArgumentException">The input is no embedding table, or the offsets do not ascend from 0 to the number of ids.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is no row of the table.</exception>
    public static Variable<T> EmbeddingBag<T>(this Variable<T> table, ReadOnlyMemory<int> ids, ReadOnlyMemory<int> offsets, BagCombiner combiner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => table.Tape.Apply(new EmbeddingBag<T>(combiner), [table], new OpIndices(ids, offsets));
}
