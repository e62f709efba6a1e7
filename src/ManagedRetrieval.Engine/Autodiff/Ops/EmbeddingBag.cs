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
        int bags = frame.Output.Shape.Rows;
        int width = frame.Output.Shape.RowLength;
        Partition blocks = Partition.ByCost(bags, (long)width * (1 + (frame.Indices.Values.Length / Math.Max(1, bags))));
        var job = new ForwardJob
        {
            Blocks = blocks,
            Combiner = _combiner,
            Table = frame.Input(0).Span,
            Width = width,
            Ids = frame.Indices.Values.Span,
            Offsets = frame.Indices.Offsets.Span,
            Result = frame.Output.Span,
        };
        frame.Workers.Run(job, blocks.Parts);
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        ReadOnlySpan<int> offsets = frame.Indices.Offsets.Span;
        Span<int> sources = frame.Tape.AllocateIndices(frame.Indices.Values.Length).Span;
        Tensor<T> gradient = frame.OutputGradient;
        Tensor<T> scaled = _combiner == BagCombiner.Sum ? gradient : frame.Tape.Allocate(gradient.Shape);
        int width = gradient.Shape.RowLength;
        for (int bag = 0; bag < offsets.Length - 1; bag++)
        {
            int count = offsets[bag + 1] - offsets[bag];
            sources.Slice(offsets[bag], count).Fill(bag);
            if (_combiner != BagCombiner.Sum)
            {
                TensorPrimitives.Multiply(Rows.Of(gradient.Span, width, bag), Factor(_combiner, count), Rows.Of(scaled.Span, width, bag));
            }
        }

        frame.InputRowGradient(0).Add(frame.Indices.Values.Span, sources, scaled);
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
            for (int bag = start; bag < start + count; bag++)
            {
                ReadOnlySpan<int> ids = Ids[Offsets[bag]..Offsets[bag + 1]];
                Span<T> sum = Rows.Of(Result, Width, bag);
                Rows.Sum(Table, Width, ids, sum);
                if (Combiner != BagCombiner.Sum)
                {
                    TensorPrimitives.Multiply(sum, Factor(Combiner, ids.Length), sum);
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
