using System.Numerics;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Sampling;

/// <summary>What a <see cref="CandidateMemory{T}"/> holds: M candidates, the oldest first.</summary>
/// <remarks>A view of the memory, valid until it changes; not to be written to.</remarks>
public readonly struct CandidateMemoryBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal CandidateMemoryBatch(Tensor<T> embeddings, CandidateIds ids, Tensor<T> probabilities) =>
        (Embeddings, Ids, Probabilities) = (embeddings, ids, probabilities);

    /// <summary>The embeddings, [M, d].</summary>
    public Tensor<T> Embeddings { get; }

    /// <summary>M ids, of the kind that was added.</summary>
    public CandidateIds Ids { get; }

    /// <summary>The sampling probabilities, [M].</summary>
    public Tensor<T> Probabilities { get; }
}
