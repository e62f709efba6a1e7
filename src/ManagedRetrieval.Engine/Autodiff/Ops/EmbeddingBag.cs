using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>Rows of an embedding table joined bag by bag, the bags being ragged lists of ids, each with a weight if wanted.</summary>
/// <remarks>
/// Forward: y_b = s_b · Σ over the bag's ids of w_i · table[id_i], with s_b = 1, 1/Σ w_i or 1/√(Σ w_i²), where that is
/// 1/0 instead 0; without weights every w_i is 1, and s_b is 1, 1/n_b or 1/√n_b. An empty bag gives zeros.
/// Backward: id i of bag b adds s_b · w_i · dy_b to its row; repeated ids add as often as they stand there.
/// dw_i += s_b · table[id_i] · dy_b − c_i · (y_b · dy_b), with c_i = 0 for Sum, s_b for Mean, s_b² · w_i for SqrtN.
/// Saved: nothing. Cost: one pass over the rows that are named, and one backward, where with weights every id takes the
/// memory of a row and, for dw, one pass more; bags are cut into parts.
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
        ShapeRule.Inputs("EmbeddingBag", inputs, 1, 2);
        ShapeRule.Rank("EmbeddingBag", "table", inputs[0], 2);
        ShapeRule.Ragged("EmbeddingBag", "ids", indices, inputs[0].Rows);
        if (inputs.Length == 2)
        {
            ShapeRule.OnePerRow("EmbeddingBag", "weights", inputs[1], indices.Values.Length);
        }

        return inputs[0].WithRows(indices.Offsets.Length - 1);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        frame.RequireTable(0);
        var job = new ForwardJob { Bags = BagsOf(frame), Result = frame.Output.Span };
        frame.Workers.Run(job, job.Bags.Blocks.Parts);
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        Bags bags = BagsOf(frame);
        Tensor<T> gradient = frame.OutputGradient;
        Span<int> sources = frame.Tape.AllocateIndices(bags.Ids.Length).Span;
        if (frame.InputCount == 2)
        {
            Tensor<T> apart = frame.Tape.Allocate(gradient.Shape.WithRows(bags.Ids.Length));
            var weighted = new WeightedBackwardJob
            {
                Bags = bags,
                Output = frame.Output.Span,
                Gradient = gradient.Span,
                Sources = sources,
                Scaled = apart.Span,
                WeightGradient = frame.NeedsGradient(1) ? frame.InputGradient(1).Span : default,
            };
            frame.Workers.Run(weighted, bags.Blocks.Parts);
            frame.InputRowGradient(0).Add(bags.Ids, sources, apart);
            return;
        }

        Tensor<T> scaled = _combiner == BagCombiner.Sum ? gradient : frame.Tape.Allocate(gradient.Shape);
        var job = new BackwardJob { Bags = bags, Gradient = gradient.Span, Sources = sources, Scaled = scaled.Span };
        frame.Workers.Run(job, bags.Blocks.Parts);
        frame.InputRowGradient(0).Add(bags.Ids, sources, scaled);
    }

    private Bags BagsOf(OpFrame<T> frame) => new()
    {
        Blocks = Partition.OfLists(frame.Output.Shape.Rows, frame.Indices.Values.Length, frame.Output.Shape.RowLength),
        Combiner = _combiner,
        Table = frame.Input(0).Span,
        Width = frame.Output.Shape.RowLength,
        Ids = frame.Indices.Values.Span,
        Offsets = frame.Indices.Offsets.Span,
        Weights = frame.InputCount == 2 ? frame.Input(1).Span : default,
    };

    /// <summary>What every pass works on.</summary>
    private ref struct Bags
    {
        public required Partition Blocks;
        public required BagCombiner Combiner;
        public required ReadOnlySpan<T> Table;
        public required int Width;
        public required ReadOnlySpan<int> Ids;
        public required ReadOnlySpan<int> Offsets;

        /// <summary>One for each id; empty for 1.</summary>
        public required ReadOnlySpan<T> Weights;

        /// <summary>s_b.</summary>
        public readonly T Factor(int bag)
        {
            ReadOnlySpan<T> weights = Weights.IsEmpty ? default : Weights[Offsets[bag]..Offsets[bag + 1]];
            T count = T.CreateChecked(Offsets[bag + 1] - Offsets[bag]);
            T divisor = Combiner switch
            {
                BagCombiner.Mean => Weights.IsEmpty ? count : RowReduce.Sum(weights),
                BagCombiner.SqrtN => T.Sqrt(Weights.IsEmpty ? count : RowReduce.Dot(weights, weights)),
                _ => T.One,
            };
            return divisor == T.Zero ? T.Zero : T.One / divisor;
        }
    }

    private ref struct ForwardJob : IParallelJob
    {
        public required Bags Bags;
        public required Span<T> Result;

        public readonly void Run(int part)
        {
            (int start, int count) = Bags.Blocks[part];
            Span<T> sums = Rows.Of(Result, Bags.Width, start, count);
            Rows.SumSegments(Bags.Table, Bags.Width, Bags.Ids, Bags.Offsets.Slice(start, count + 1), sums, Bags.Weights);
            for (int bag = 0; Bags.Combiner != BagCombiner.Sum && bag < count; bag++)
            {
                Span<T> sum = Rows.Of(sums, Bags.Width, bag);
                TensorPrimitives.Multiply(sum, Bags.Factor(start + bag), sum);
            }
        }
    }

    private ref struct BackwardJob : IParallelJob
    {
        public required Bags Bags;
        public required ReadOnlySpan<T> Gradient;

        /// <summary>For each id the bag that it is in.</summary>
        public required Span<int> Sources;

        /// <summary>s_b · dy_b; not written where s_b = 1.</summary>
        public required Span<T> Scaled;

        public readonly void Run(int part)
        {
            (int start, int count) = Bags.Blocks[part];
            for (int bag = start; bag < start + count; bag++)
            {
                Sources[Bags.Offsets[bag]..Bags.Offsets[bag + 1]].Fill(bag);
                if (Bags.Combiner != BagCombiner.Sum)
                {
                    TensorPrimitives.Multiply(Rows.Of(Gradient, Bags.Width, bag), Bags.Factor(bag), Rows.Of(Scaled, Bags.Width, bag));
                }
            }
        }
    }

    private ref struct WeightedBackwardJob : IParallelJob
    {
        public required Bags Bags;
        public required ReadOnlySpan<T> Output;
        public required ReadOnlySpan<T> Gradient;

        /// <summary>For each id its own row of <see cref="Scaled"/>.</summary>
        public required Span<int> Sources;

        /// <summary>s_b · w_i · dy_b, a row for each id.</summary>
        public required Span<T> Scaled;

        /// <summary>Empty where it needs none.</summary>
        public required Span<T> WeightGradient;

        public readonly void Run(int part)
        {
            (int start, int count) = Bags.Blocks[part];
            for (int bag = start; bag < start + count; bag++)
            {
                T factor = Bags.Factor(bag);
                ReadOnlySpan<T> gradient = Rows.Of(Gradient, Bags.Width, bag);
                T own = Bags.Combiner == BagCombiner.Sum ? T.Zero : factor * RowReduce.Dot(Rows.Of(Output, Bags.Width, bag), gradient);
                for (int i = Bags.Offsets[bag]; i < Bags.Offsets[bag + 1]; i++)
                {
                    T weight = Bags.Weights[i];
                    Sources[i] = i;
                    TensorPrimitives.Multiply(gradient, factor * weight, Rows.Of(Scaled, Bags.Width, i));
                    if (!WeightGradient.IsEmpty)
                    {
                        T along = factor * RowReduce.Dot(Rows.Of(Bags.Table, Bags.Width, Bags.Ids[i]), gradient);
                        WeightGradient[i] += along - (Bags.Combiner == BagCombiner.SqrtN ? factor * weight * own : own);
                    }
                }
            }
        }
    }
}

/// <summary>Calls the op <c>EmbeddingBag</c>.</summary>
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

    /// <summary>Joins rows of an embedding table [rows, d] bag by bag, each id with a weight, to [bags, d].</summary>
    /// <param name="table">An embedding table on the tape.</param>
    /// <param name="ids">The ids of all bags, one bag after the other.</param>
    /// <param name="offsets">Where each bag starts in <paramref name="ids"/>, then the number of ids: one more than there are bags.</param>
    /// <param name="weights">[ids] or [ids, 1]; they may be learnt.</param>
    /// <param name="combiner">How the rows of a bag are joined; where what it divides by is 0, the bag gives zeros.</param>
    /// <exception cref="ArgumentException">The input is no embedding table, the offsets do not ascend from 0 to the number of ids, or there is another number of weights.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is no row of the table.</exception>
    public static Variable<T> EmbeddingBag<T>(
        this Variable<T> table, ReadOnlyMemory<int> ids, ReadOnlyMemory<int> offsets, Variable<T> weights, BagCombiner combiner)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => table.Tape.Apply(new EmbeddingBag<T>(combiner), [table, weights], new OpIndices(ids, offsets));
}
