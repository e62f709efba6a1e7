using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>A model file with its index, whether <c>train</c> or <c>quickstart</c> saved the model.</summary>
internal abstract class IndexedModel
{
    /// <summary>What a search of float rows has for a GPU.</summary>
    public const string ExactSearch = "Exact search runs";

    /// <summary>The file.</summary>
    public required string File { get; init; }

    /// <summary>The users that the model knows; empty where it knows none by their ids.</summary>
    public required IReadOnlyList<string> Users { get; init; }

    /// <summary>What knows users by their ids; empty where the model knows none so.</summary>
    public required IReadOnlyList<Vocabulary<string>> UserIds { get; init; }

    /// <summary>What knows the items of histories; empty where the model reads none.</summary>
    public required IReadOnlyList<Vocabulary<string>> HistoryIds { get; init; }

    /// <summary>Whether a query's text, or the user's id, is read.</summary>
    public required bool ReadsKeys { get; init; }

    /// <summary>Whether it makes a difference when a query is asked.</summary>
    public required bool ReadsTimes { get; init; }

    /// <summary>Whether a query without a history says nothing to the model.</summary>
    public required bool ReadsOnlyHistories { get; init; }

    /// <summary>What a search has for a GPU, as <see cref="Backends.ChosenBackend.Line"/> takes it: only float rows are searched there.</summary>
    public string? ForGpu => Index is BruteForceIndex<string> ? ExactSearch : null;

    /// <summary>The candidates.</summary>
    public abstract TopKIndex<string> Index { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="map">Whether the index stays on the disk, unchecked, and is read as it is searched.</param>
    /// <param name="team">Shares out searches.</param>
    /// <param name="backend">Where exact search runs; null for the processor.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ToolException">There is no such file.</exception>
    /// <exception cref="SnapshotFormatException">It is damaged, or holds no model with an index.</exception>
    public static async Task<IndexedModel> OpenAsync(string path, bool map, WorkerTeam team, IComputeBackend<float>? backend, CancellationToken cancellationToken)
    {
        SafetensorsFile file = await SavedModel.OpenAsync(path, cancellationToken, map).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (!SavedModel.IsIn(file))
        {
            return new Of<string>(RetrieverSnapshot.Read<string, string, string>(file, team, backend), query => query.Key, team)
            {
                File = path,
                Users = [],
                UserIds = [],
                HistoryIds = [],
                ReadsKeys = true,
                ReadsTimes = false,
                ReadsOnlyHistories = false,
            };
        }

        SavedModel saved = SavedModel.Read(file, team, backend);
        return new Of<Entity>(saved.Retriever, query => query, team)
        {
            File = path,
            Users = saved.UserKeys,
            UserIds = saved.UserIds,
            HistoryIds = saved.HistoryIds,
            ReadsKeys = saved.Description.Query.Features.Any(feature => feature.From == FeatureDescription.UserKey),
            ReadsTimes = saved.Description.Query.Features.Any(feature => feature is TimeDescription or TimeBucketDescription),
            ReadsOnlyHistories = saved.Description.Query.Features.All(feature => feature is HistoryDescription),
        };
    }

    /// <summary>Whether an id is that of a candidate.</summary>
    public bool HasCandidate(string id)
    {
        var rows = new List<int>();
        Index.RowsByIdentifier.Find(id, rows);
        return rows.Count > 0;
    }

    /// <summary>The index, of float rows as they were embedded.</summary>
    /// <exception cref="ToolException">The file holds another one.</exception>
    public BruteForceIndex<string> RequireFloatRows(string purpose) => Index as BruteForceIndex<string>
        ?? throw new ToolException($"'{File}' holds no index of plain float rows, which {purpose}; give the file that 'train' or 'quickstart' saved.");

    /// <exception cref="ArithmeticException">An embedding is not finite.</exception>
    public abstract Tensor<float> Embed(IReadOnlyList<Entity> queries, CancellationToken cancellationToken);

    /// <summary>Each query's k best candidates, without those excluded.</summary>
    /// <exception cref="ArithmeticException">A query's embedding is not finite.</exception>
    public abstract ScoredCandidate<string>[][] Retrieve(IReadOnlyList<Entity> queries, int k, IReadOnlyList<IReadOnlyCollection<string>?>? exclusions);

    /// <summary>Writes the model with another index of its candidates, and with all else that the file holds.</summary>
    public abstract Task SaveAsync(TopKIndex<string> index, string path, CancellationToken cancellationToken);

    private sealed class Of<TQuery>(Retriever<TQuery, TQuery, string> retriever, Func<Entity, TQuery> read, WorkerTeam team) : IndexedModel
    {
        // What a file holds is one of the library's own.
        public override TopKIndex<string> Index => (TopKIndex<string>)retriever.Index;

        public override Tensor<float> Embed(IReadOnlyList<Entity> queries, CancellationToken cancellationToken)
        {
            Tensor<float> embeddings = retriever.Model.EmbedQueries([.. queries.Select(read)], team, cancellationToken);
            return TensorPrimitives.IsFiniteAll<float>(embeddings.Span)
                ? embeddings
                : throw new ArithmeticException("A query's embedding is not finite: the model's parameters are too large, or no numbers.");
        }

        public override ScoredCandidate<string>[][] Retrieve(IReadOnlyList<Entity> queries, int k, IReadOnlyList<IReadOnlyCollection<string>?>? exclusions) =>
            retriever.Retrieve([.. queries.Select(read)], k, exclusions);

        public override Task SaveAsync(TopKIndex<string> index, string path, CancellationToken cancellationToken) =>
            new Retriever<TQuery, TQuery, string>(retriever.Model, index, team)
            {
                Annotations = retriever.Annotations,
                CandidateSamplingProbability = retriever.CandidateSamplingProbability,
            }.SaveAsync(path, cancellationToken);
    }
}
