using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;

namespace ManagedRetrieval.Tasks;

/// <summary>The losses of a task's rows without the matrix of scores: the steps of the task, in one op.</summary>
/// <remarks>
/// It does what the ops on the matrix do, in memory that grows with Q + C rather than Q · C. The temperature goes to the queries,
/// whose products with the candidates it divides.
/// </remarks>
internal sealed class StreamedLoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Entries of the matrix up to which it costs less than cutting the work into blocks: 64 × 64 of 64 dimensions take 56 µs in blocks and 51 over the matrix, 128 × 128 take 106 and 158.</summary>
    private const int FewScores = 1 << 12;

    /// <summary>Candidates for each mined negative up to which finding them in a search pays: 256 of 1,024 take 28 ms, 33 over the matrix; nearer to all of them the lists are no shorter than the rows.</summary>
    private const int CandidatesPerMined = 4;

    private readonly RetrievalTaskOptions<T> _options;
    private readonly InBatchSoftmax<T>? _op;

    public StreamedLoss(RetrievalTaskOptions<T> options)
    {
        _options = options;
        if ((typeof(T) == typeof(float) || typeof(T) == typeof(double)) && (options.Loss ?? new SoftmaxLoss<T>()) is SoftmaxLoss<T> { IsUnsmoothed: true } loss)
        {
            _op = new InBatchSoftmax<T>(
                loss.Form, Math.Max(0, options.NumberOfHardNegatives ?? 0), options.Symmetric, options.SamplingCorrection == SamplingCorrection.NegativesOnly);
        }
    }

    /// <summary>Whether a call's loss can be made this way, and is worth it.</summary>
    /// <param name="queries">[Q, d] or [Q, H, d].</param>
    /// <param name="candidates">[C, d].</param>
    /// <param name="arguments">Checked.</param>
    public bool Suits(Shape queries, Shape candidates, in RetrievalArguments<T> arguments)
    {
        if (_op is null || candidates.RowLength == 0 || _options.Route == LossRoute.Materialized
            || (arguments.ComputeBatchMetrics && _options.BatchMetrics.Count > 0)
            || (_options.TfrsCompatible && queries.Rank == 3 && queries[1] > 1))
        {
            return false;
        }

        int mined = _options.NumberOfHardNegatives ?? 0;
        return _options.Route == LossRoute.Streamed
            || ((long)queries[0] * candidates[0] > FewScores && (mined <= 0 || (long)mined * CandidatesPerMined <= candidates[0] || mined >= candidates[0] - 1));
    }

    /// <summary>Whether no score can overflow, whatever pairs meet; what might is left to the ops that say so.</summary>
    public static bool IsSafe(Tensor<T> queries, Tensor<T> candidates, Tensor<T> logProbability)
    {
        // (q · c)² ≤ ‖q‖² · ‖c‖², and no row is longer than all of them together; so a score has half the exponent's range to spare.
        T bound = TensorPrimitives.SumOfSquares<T>(queries.Span) * TensorPrimitives.SumOfSquares<T>(candidates.Span);
        bound += logProbability.IsDefault ? T.Zero : TensorPrimitives.SumOfSquares<T>(logProbability.Span);
        return T.IsFinite(bound);
    }

    /// <summary>The losses of the rows, [Q], and what was met.</summary>
    /// <param name="queries">Over the temperature.</param>
    /// <param name="candidates">[C, d].</param>
    /// <param name="logProbability">[C], or the default value.</param>
    /// <param name="positives">Each row's columns, its own first.</param>
    /// <param name="factors">[Q]: the gradient that will reach the losses; the default value for 1.</param>
    /// <param name="arguments">Checked.</param>
    /// <param name="counts">Rows that were dropped, and rows without negatives.</param>
    public Variable<T> RowLosses(
        Variable<T> queries,
        Variable<T> candidates,
        Tensor<T> logProbability,
        OpIndices positives,
        Tensor<T> factors,
        in RetrievalArguments<T> arguments,
        out RetrievalCounts counts)
    {
        Tape<T> tape = queries.Tape;
        int rows = positives.Offsets.Length - 1;
        OpIndices removed = _options.RemoveAccidentalHits ? RemoveAccidentalHits<T>.Find(tape, arguments.CandidateIds, rows, positives) : default;
        if (!arguments.KnownPositives.Offsets.IsEmpty)
        {
            removed = ColumnLists.Joined(tape, removed, RemoveKnownPositives<T>.Find(tape, arguments.CandidateIds, arguments.KnownPositives, rows, positives));
        }

        if (factors.IsDefault)
        {
            factors = tape.Allocate(new Shape(rows));
            factors.Span.Fill(T.One);
        }

        OpIndices indices = positives with { Removed = removed.Values, RemovedOffsets = removed.Offsets, Mask = arguments.ScoreMask.Considered };
        Variable<T> expected = tape.Constant(factors);
        Variable<T> losses = logProbability.IsDefault
            ? tape.Apply(_op!, [queries, candidates, expected], indices)
            : tape.Apply(_op!, [queries, candidates, expected, tape.Constant(logProbability)], indices);
        counts = RetrievalCounts.Of(tape.Frame(losses).Counts, rows, arguments.ScoreMask);
        return losses;
    }
}
