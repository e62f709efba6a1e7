using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

/// <summary>Some consecutive candidates.</summary>
/// <param name="Embeddings">[candidates, d], all finite.</param>
/// <param name="Identifiers">One for each row.</param>
/// <typeparam name="TId">What names a candidate.</typeparam>
public readonly record struct CandidateBatch<TId>(Tensor<float> Embeddings, IReadOnlyList<TId> Identifiers)
    where TId : notnull;
