using Microsoft.Extensions.AI;

namespace ManagedRetrieval.Extensions.Embeddings;

/// <summary>A tower of a model: the service key under which <see cref="IEmbeddingGenerator.GetService"/> of one tower's generator gives the other's.</summary>
public enum ModelTower
{
    /// <summary>Embeds what is searched for.</summary>
    Query,

    /// <summary>Embeds what is found.</summary>
    Candidate,
}
