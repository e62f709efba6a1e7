using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Towers;
using Microsoft.Extensions.AI;

namespace ManagedRetrieval.Extensions.Embeddings;

/// <summary>Models as embedding generators.</summary>
public static class TwoTowerModelExtensions
{
    /// <summary>The query tower as an embedding generator. A vector store that is given it embeds what it stores by the candidate tower.</summary>
    /// <param name="model">A trained model; shared.</param>
    /// <param name="modelId">What metadata and embeddings call it; null for nothing.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread. It is used, not owned.</param>
    public static TowerEmbeddingGenerator<TQuery> AsQueryEmbeddingGenerator<TQuery, TCandidate>(
        this TwoTowerModel<TQuery, TCandidate> model, string? modelId = null, WorkerTeam? workers = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Generators(model, modelId, workers).Query;
    }

    /// <summary>The candidate tower as an embedding generator.</summary>
    /// <inheritdoc cref="AsQueryEmbeddingGenerator"/>
    public static TowerEmbeddingGenerator<TCandidate> AsCandidateEmbeddingGenerator<TQuery, TCandidate>(
        this TwoTowerModel<TQuery, TCandidate> model, string? modelId = null, WorkerTeam? workers = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Generators(model, modelId, workers).Candidate;
    }

    private static (TowerEmbeddingGenerator<TQuery> Query, TowerEmbeddingGenerator<TCandidate> Candidate) Generators<TQuery, TCandidate>(
        TwoTowerModel<TQuery, TCandidate> model, string? modelId, WorkerTeam? workers)
    {
        IEmbeddingGenerator? query = null;
        var candidate = new TowerEmbeddingGenerator<TCandidate>(
            model, ModelTower.Candidate, modelId, (inputs, cancellationToken) => model.EmbedCandidates(inputs, workers, cancellationToken), () => query!);
        var queries = new TowerEmbeddingGenerator<TQuery>(
            model, ModelTower.Query, modelId, (inputs, cancellationToken) => model.EmbedQueries(inputs, workers, cancellationToken), () => candidate);
        query = queries;
        return (queries, candidate);
    }
}
