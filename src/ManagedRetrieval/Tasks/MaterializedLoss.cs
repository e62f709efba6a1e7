using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;

namespace ManagedRetrieval.Tasks;

/// <summary>The losses of a task's rows by way of the matrix of scores: the steps of the task, an op each.</summary>
internal sealed class MaterializedLoss<T>(RetrievalTaskOptions<T> options, TaskTemperature<T> temperature, SamplingProbabilityCorrection<T> correction)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MergeHeads<T> _mergeHeads = new();
    private readonly MatrixProduct<T> _product = new(transposeB: true);
    private readonly RemoveAccidentalHits<T> _removeHits = new();
    private readonly RemoveKnownPositives<T> _removeKnown = new();
    private readonly ApplyScoreMask<T> _applyMask = new(options.MaskedPositive);
    private readonly HardNegativeMining<T> _mining = new(options.NumberOfHardNegatives ?? 0);
    private readonly IRetrievalLoss<T> _loss = options.Loss ?? new SoftmaxLoss<T>();
    private readonly SymmetricTerm<T> _symmetric = new(options.Loss ?? new SoftmaxLoss<T>());
    private MaxOverHeads<T>? _maximum;

    /// <summary>The losses of the rows, what was met, and the matrices for metrics.</summary>
    /// <param name="queries">[Q, d] or [Q, H, d].</param>
    /// <param name="candidates">[C, d].</param>
    /// <param name="positives">Each row's columns, its own first.</param>
    /// <param name="arguments">Checked.</param>
    /// <param name="counts">Rows that were dropped, and rows without negatives.</param>
    /// <param name="scores">[Q, C], as step 1 made them.</param>
    /// <param name="logits">[Q, C], as the loss saw them.</param>
    /// <exception cref="ArithmeticException">A score is not finite.</exception>
    public Variable<T> RowLosses(
        Variable<T> queries,
        Variable<T> candidates,
        OpIndices positives,
        in RetrievalArguments<T> arguments,
        out RetrievalCounts counts,
        out Tensor<T> scores,
        out Tensor<T> logits)
    {
        Variable<T> made = Scores(queries, candidates);
        Variable<T> remaining = Remaining(Corrected(made, positives, arguments), positives, arguments);
        Variable<T> losses = _loss.RowLosses(remaining, positives);
        if (options.Symmetric)
        {
            losses = _symmetric.Join(losses, remaining, positives);
        }

        (scores, logits) = (made.Value, remaining.Value);
        counts = RetrievalCounts.Of(logits, new PositiveColumns(positives), arguments.ScoreMask, options.Symmetric);
        return losses;
    }

    private Variable<T> Scores(Variable<T> queries, Variable<T> candidates)
    {
        Tape<T> tape = queries.Tape;
        if (queries.Shape.Rank == 2)
        {
            return tape.Apply(_product, [queries, candidates]);
        }

        int heads = queries.Shape[1];
        MaxOverHeads<T> maximum = _maximum is { } last && last.Heads == heads ? last : new MaxOverHeads<T>(heads, options.TfrsCompatible);
        _maximum = maximum;
        return tape.Apply(maximum, [tape.Apply(_product, [tape.Apply(_mergeHeads, [queries]), candidates])]);
    }

    private Variable<T> Corrected(Variable<T> scores, OpIndices positives, in RetrievalArguments<T> arguments)
    {
        Variable<T> logits = temperature.Apply(scores);
        if (!arguments.CandidateSamplingProbability.IsDefault)
        {
            logits = correction.Apply(logits, arguments.CandidateSamplingProbability, positives);
        }

        // From here on −∞ means removed, so no score may come to it by itself.
        return TensorPrimitives.IsFiniteAll<T>(logits.Value.Span)
            ? logits
            : throw new ArithmeticException("The embeddings are finite, but a score is not: their lengths, or the inverse of the temperature, are too large.");
    }

    private Variable<T> Remaining(Variable<T> logits, OpIndices positives, in RetrievalArguments<T> arguments)
    {
        if (options.RemoveAccidentalHits)
        {
            logits = _removeHits.Apply(logits, arguments.CandidateIds, positives);
        }

        if (!arguments.KnownPositives.Offsets.IsEmpty)
        {
            logits = _removeKnown.Apply(logits, arguments.CandidateIds, arguments.KnownPositives, positives);
        }

        if (!arguments.ScoreMask.IsDefault)
        {
            logits = _applyMask.Apply(logits, arguments.ScoreMask);
        }

        return _mining.Apply(logits, positives);
    }
}
