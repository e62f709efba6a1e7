using System.Numerics;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;

namespace ManagedRetrieval.Tasks;

/// <summary>What one call of a <see cref="RetrievalTask{T}"/> may know besides the embeddings. Q queries, C candidates.</summary>
public readonly struct RetrievalArguments<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _skipMetrics;
    private readonly bool _skipBatchMetrics;

    /// <summary>The weight of each query's loss, [Q], finite, not negative and with a finite sum. By default 1.</summary>
    public Tensor<T> SampleWeight { get; init; }

    /// <summary>
    /// The probability with which a draw of the sampler brings each candidate, [C], each in (0, 1]: its logarithm is
    /// subtracted from the candidate's logits, so that frequent candidates are not pushed down for being frequent. By default no correction.
    /// </summary>
    public Tensor<T> CandidateSamplingProbability { get; init; }

    /// <summary>An identifier for each candidate, C of them.</summary>
    public CandidateIds CandidateIds { get; init; }

    /// <summary>An identifier for each query, Q of them: rows of one query are positives of each other. By default each row has its own positive alone.</summary>
    public CandidateIds QueryIds { get; init; }

    /// <summary>For each query the columns of further positives, besides its own; instead of <see cref="QueryIds"/>.</summary>
    public RaggedIds? PositiveColumns { get; init; }

    /// <summary>For each query the ids of candidates that are never its negatives. Needs candidate ids.</summary>
    public KnownPositives KnownPositives { get; init; }

    /// <summary>[Q, C]: false takes a pair out. It touches the loss and the batch metrics, not the factorized ones.</summary>
    public ScoreMask ScoreMask { get; init; }

    /// <summary>For each query the corpus rows that factorized metrics leave out.</summary>
    public RaggedIds? MetricExclusions { get; init; }

    /// <summary>Whether the task's factorized metrics are updated; true by default.</summary>
    public bool ComputeMetrics
    {
        get => !_skipMetrics;
        init => _skipMetrics = !value;
    }

    /// <summary>Whether the task's batch metrics are updated; true by default.</summary>
    public bool ComputeBatchMetrics
    {
        get => !_skipBatchMetrics;
        init => _skipBatchMetrics = !value;
    }
}
