using System.Numerics;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tasks;

/// <summary>What one call of a <see cref="RetrievalTask{T}"/> may know besides the embeddings. Q queries, C candidates.</summary>
public readonly struct RetrievalArguments<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The weight of each query's loss, [Q], finite and not negative. By default 1.</summary>
    public Tensor<T> SampleWeight { get; init; }

    /// <summary>
    /// The probability with which each candidate comes into a batch, [C], each in (0, 1]: its logarithm is subtracted from
    /// the candidate's logits, so that frequent candidates are not pushed down for being frequent. By default no correction.
    /// </summary>
    public Tensor<T> CandidateSamplingProbability { get; init; }

    /// <summary>An identifier for each candidate, C of them.</summary>
    public CandidateIds CandidateIds { get; init; }
}
