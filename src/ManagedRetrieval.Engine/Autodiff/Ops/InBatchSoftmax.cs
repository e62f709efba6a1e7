using System.Numerics;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Autodiff.Ops;

/// <summary>The in-batch softmax loss: scores, what is taken out of them, and the cross-entropy of each row, without the matrix of scores.</summary>
/// <remarks>
/// Inputs: queries [Q, d] or [Q, H, d]; candidates [C, d], C ≥ Q; optionally the gradient [Q] that is expected to reach the
/// losses; optionally log-probabilities [C], a constant.
/// Indices: a ragged list of each row's positives, its own, i in row i, among them; removed columns; a mask.
/// Forward: z_ij = max_h q_ih · c_j − l_j; loss_i = lse(N_i ∪ P_i) − lse(P_i), or the mean over p in P_i of lse(N_i ∪ p) − z_ip, as
/// <see cref="SoftmaxLossProblem{T}"/> says. Backward, with one positive p: dz_ij = dloss_i · (softmax_ij − [j = p]); dq_ih += Σ dz_ij · c_j
/// over the columns whose greatest score head h made, the first of equals; dc_j += Σ dz_ij · q_ih.
/// Saved: where a gradient is expected, the gradients that it makes, Q·H + C rows; then forward costs three products of Q·H·C·d and one
/// exponential an entry, and backward nothing but an addition. A gradient that is no multiple of the expected one, or
/// none was expected, costs those products in backward.
/// Memory: O((Q·H + C) · d) and a bounded buffer. What is taken out adds exactly 0.
/// </remarks>
/// <param name="form">How several positives are joined.</param>
/// <param name="hardNegatives">How many negatives a row keeps, those with the largest logits; 0, or no less than there are, keeps all.</param>
/// <param name="symmetric">Whether half the loss is over the first Q columns, in which each candidate picks its query.</param>
/// <param name="negativesOnly">Whether positives keep their scores where the others are corrected.</param>
/// <exception cref="ArgumentOutOfRangeException">The form is none of the named values, or the number of negatives is negative.</exception>
public sealed class InBatchSoftmax<T>(
    MultiPositiveForm form = MultiPositiveForm.Sum, int hardNegatives = 0, bool symmetric = false, bool negativesOnly = false) : Op<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Expected = 2;
    private const int LogProbability = 3;

    private readonly bool _mean = form switch
    {
        MultiPositiveForm.Sum => false,
        MultiPositiveForm.Mean => true,
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "Several positives are joined by Sum or Mean."),
    };

    private readonly int _hardNegatives = hardNegatives >= 0
        ? hardNegatives
        : throw new ArgumentOutOfRangeException(nameof(hardNegatives), hardNegatives, "A number of negatives is 0 or more.");

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices)
    {
        const string Name = "InBatchSoftmax";
        ShapeRule.Inputs(Name, inputs, 2, 4);
        Shape queries = inputs[0], candidates = inputs[1];
        if (queries.Rank != 3)
        {
            ShapeRule.Rank(Name, "queries", queries, 2);
        }

        ShapeRule.Rank(Name, "candidates", candidates, 2);
        int rows = queries.Rank == 3 ? queries[0] : queries.Rows;
        if (rows == 0 || queries.Length == 0 || candidates[1] != queries[queries.Rank - 1] || candidates[0] < rows)
        {
            throw new ArgumentException($"{Name} needs candidates of the queries' width and at least as many, none of them empty, not queries {queries} and candidates {candidates}.", nameof(inputs));
        }

        if (inputs.Length > Expected)
        {
            ShapeRule.Same(Name, "expected gradient", inputs[Expected], new Shape(rows));
        }

        if (inputs.Length > LogProbability)
        {
            ShapeRule.Same(Name, "logProbability", inputs[LogProbability], new Shape(candidates[0]));
        }

        PositiveLists.Check(Name, indices, rows, candidates[0]);
        RequireOwn(indices, rows);
        if (!indices.Removed.IsEmpty)
        {
            ShapeRule.Ragged(Name, "removed columns", new OpIndices(indices.Removed, indices.RemovedOffsets), candidates[0]);
            ShapeRule.Length(Name, "lists of removed columns", indices.RemovedOffsets.Length - 1, rows);
        }

        if (!indices.Mask.IsEmpty && indices.Mask.Length != (long)rows * candidates[0])
        {
            throw new ArgumentException($"{Name} needs a mask of [{rows}, {candidates[0]}], not of {indices.Mask.Length} entries.", nameof(indices));
        }

        return new Shape(rows);
    }

    /// <inheritdoc/>
    public override void Forward(OpFrame<T> frame)
    {
        if (frame.InputCount > LogProbability && frame.NeedsGradient(LogProbability))
        {
            throw new ArgumentException("InBatchSoftmax makes no gradient of logProbability: it must be a constant.", nameof(frame));
        }

        if (frame.InputCount > Expected && (frame.NeedsGradient(0) || frame.NeedsGradient(1)))
        {
            (Tensor<T> queries, Tensor<T> candidates) = Parts(frame, frame.Save(new Shape(VectorCount(frame) + frame.Input(1).Shape.Rows, frame.Input(1).Shape.RowLength)));
            frame.Counts = Run(frame, frame.Output, frame.Input(Expected), queries, candidates);
        }
        else
        {
            frame.Counts = Run(frame, frame.Output, default, default, default);
        }
    }

    /// <inheritdoc/>
    public override void Backward(OpFrame<T> frame)
    {
        if (!frame.NeedsGradient(0) && !frame.NeedsGradient(1))
        {
            return;
        }

        Tensor<T> saved = frame.Saved;
        if (saved.IsDefault || !IsMultiple(frame.OutputGradient.Span, frame.Input(Expected).Span, out T multiple))
        {
            saved = frame.Tape.Allocate(new Shape(VectorCount(frame) + frame.Input(1).Shape.Rows, frame.Input(1).Shape.RowLength));
            multiple = T.One;
            (Tensor<T> queries, Tensor<T> candidates) = Parts(frame, saved);
            Run(frame, frame.Tape.Allocate(frame.Output.Shape), frame.OutputGradient, queries, candidates);
        }

        ReadOnlySpan<T> gradients = saved.Span;
        int start = 0;
        for (int input = 0; input < 2; input++)
        {
            int length = frame.Input(input).Shape.Length;
            if (frame.NeedsGradient(input))
            {
                Span<T> target = frame.InputGradient(input).Span;
                TensorPrimitives.MultiplyAdd(gradients.Slice(start, length), multiple, target, target);
            }

            start += length;
        }
    }

    private static int VectorCount(OpFrame<T> frame) => frame.Input(0).Shape.Length / frame.Input(1).Shape.RowLength;

    private static (Tensor<T> Queries, Tensor<T> Candidates) Parts(OpFrame<T> frame, Tensor<T> both)
    {
        int vectors = VectorCount(frame);
        return (both.Rows(0, vectors), both.Rows(vectors, frame.Input(1).Shape.Rows));
    }

    /// <summary>Whether one gradient is the other times a number, but for rounding.</summary>
    private static bool IsMultiple(ReadOnlySpan<T> gradient, ReadOnlySpan<T> expected, out T multiple)
    {
        int largest = TensorPrimitives.IndexOfMaxMagnitude(expected);
        multiple = expected[largest] == T.Zero ? T.Zero : gradient[largest] / expected[largest];
        T tolerance = T.CreateTruncating(4) * (T.BitIncrement(T.One) - T.One);
        for (int i = 0; i < gradient.Length; i++)
        {
            if (!(T.Abs(gradient[i] - (multiple * expected[i])) <= tolerance * T.Abs(gradient[i])))
            {
                return false;
            }
        }

        return true;
    }

    private static void RequireOwn(OpIndices indices, int rows)
    {
        for (int row = 0; row < rows; row++)
        {
            if (!indices.Values.Span[indices.Offsets.Span[row]..indices.Offsets.Span[row + 1]].Contains(row))
            {
                throw new ArgumentException($"InBatchSoftmax needs each row's own column among its positives, but the list of row {row} lacks it.", nameof(indices));
            }
        }
    }

    private SoftmaxLossCounts Run(OpFrame<T> frame, Tensor<T> losses, Tensor<T> factors, Tensor<T> queryGradient, Tensor<T> candidateGradient) =>
        frame.Backend.SoftmaxLoss(
            new SoftmaxLossProblem<T>
            {
                Queries = frame.Input(0),
                Candidates = frame.Input(1),
                LogProbability = frame.InputCount > LogProbability ? frame.Input(LogProbability) : default,
                KeepsPositives = negativesOnly,
                Positives = frame.Indices.Values,
                PositiveOffsets = frame.Indices.Offsets,
                Removed = frame.Indices.Removed,
                RemovedOffsets = frame.Indices.RemovedOffsets,
                Mask = frame.Indices.Mask,
                HardNegatives = _hardNegatives,
                MeanOfPositives = _mean,
                Symmetric = symmetric,
            },
            losses,
            factors,
            queryGradient,
            candidateGradient);
}

/// <summary>Calls <see cref="InBatchSoftmax{T}"/>.</summary>
public static class InBatchSoftmaxExtensions
{
    /// <summary>The in-batch softmax loss of each query, [Q], as <see cref="InBatchSoftmax{T}"/> with the default options makes it.</summary>
    /// <param name="queries">[Q, d] or [Q, H, d].</param>
    /// <param name="candidates">[C, d]; candidate i belongs with query i.</param>
    /// <param name="expected">[Q]: the gradient that will reach the losses, such as 1 for their sum; then forward makes the gradients too.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable<T> InBatchSoftmax<T>(this Variable<T> queries, Variable<T> candidates, Variable<T> expected)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Memory<int> numbers = queries.Tape.AllocateIndices(expected.Shape.Length + 1);
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers.Span[i] = i;
        }

        return queries.Tape.Apply(new InBatchSoftmax<T>(), [queries, candidates, expected], new OpIndices(numbers[..^1], numbers));
    }
}
