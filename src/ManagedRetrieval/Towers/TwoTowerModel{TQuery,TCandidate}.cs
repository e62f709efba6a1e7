using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Towers;

/// <summary>A two-tower model with the features that turn raw inputs into ids.</summary>
/// <typeparam name="TQuery">A raw query, such as a text or a user id.</typeparam>
/// <typeparam name="TCandidate">A raw candidate, such as a title or an item id.</typeparam>
public sealed class TwoTowerModel<TQuery, TCandidate> : TwoTowerModel
{
    // Names of sides, and of the one feature that a side has in a model of two features.
    private const string QuerySide = "query", CandidateSide = "candidate";

    /// <summary>Makes a model of existing towers.</summary>
    /// <param name="queryFeatures">Encodes queries.</param>
    /// <param name="queryTower">Reads these features, in their order.</param>
    /// <param name="candidateFeatures">Encodes candidates.</param>
    /// <param name="candidateTower">Reads these features, in their order.</param>
    /// <param name="matryoshkaDimensions">See <see cref="TwoTowerModel.MatryoshkaDimensions"/>; null for none.</param>
    /// <exception cref="ArgumentException">A tower reads other features, or features of other sizes, or the towers do not fit each other.</exception>
    public TwoTowerModel(
        FeatureSet<TQuery> queryFeatures,
        Tower<float> queryTower,
        FeatureSet<TCandidate> candidateFeatures,
        Tower<float> candidateTower,
        IReadOnlyList<int>? matryoshkaDimensions = null)
        : base(queryTower, candidateTower, matryoshkaDimensions ?? [])
    {
        ArgumentNullException.ThrowIfNull(queryFeatures);
        ArgumentNullException.ThrowIfNull(candidateFeatures);
        CheckFeatures(queryFeatures.Signature, queryTower, nameof(queryFeatures));
        CheckFeatures(candidateFeatures.Signature, candidateTower, nameof(candidateFeatures));
        (QueryFeatures, CandidateFeatures) = (queryFeatures, candidateFeatures);
    }

    /// <summary>Makes a new model with random embeddings.</summary>
    /// <param name="queryFeature">Turns a query into ids.</param>
    /// <param name="candidateFeature">Turns a candidate into ids.</param>
    /// <param name="options">What the towers look like.</param>
    /// <exception cref="ArgumentException">The options ask for a shared table, but the features address different numbers of rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public TwoTowerModel(ISparseFeature<TQuery> queryFeature, ISparseFeature<TCandidate> candidateFeature, TwoTowerOptions? options = null)
        : this(queryFeature, candidateFeature, options ?? new TwoTowerOptions(), NewTables(queryFeature, candidateFeature, options ?? new TwoTowerOptions()))
    {
    }

    private TwoTowerModel(
        ISparseFeature<TQuery> queryFeature,
        ISparseFeature<TCandidate> candidateFeature,
        TwoTowerOptions options,
        (EmbeddingTable<float> Query, EmbeddingTable<float> Candidate) tables)
        : this(
            FeatureSet<TQuery>.Of(QuerySide, queryFeature),
            NewTower(QuerySide, tables.Query, options, stream: 2),
            FeatureSet<TCandidate>.Of(CandidateSide, candidateFeature),
            NewTower(CandidateSide, tables.Candidate, options, stream: 3))
    {
    }

    /// <summary>Encodes queries.</summary>
    public FeatureSet<TQuery> QueryFeatures { get; }

    /// <summary>Encodes candidates.</summary>
    public FeatureSet<TCandidate> CandidateFeatures { get; }

    /// <summary>The embeddings of queries, [queries, dimensions].</summary>
    /// <param name="queries">Raw queries.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread. It makes no difference to the result.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public Tensor<float> EmbedQueries(IReadOnlyList<TQuery> queries, WorkerTeam? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        return Embed(QueryFeatures, QueryTower, queries, nameof(queries), workers, cancellationToken);
    }

    /// <summary>The embeddings of candidates, [candidates, dimensions].</summary>
    /// <param name="candidates">Raw candidates.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread. It makes no difference to the result.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public Tensor<float> EmbedCandidates(IReadOnlyList<TCandidate> candidates, WorkerTeam? workers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        return Embed(CandidateFeatures, CandidateTower, candidates, nameof(candidates), workers, cancellationToken);
    }

    private static (EmbeddingTable<float> Query, EmbeddingTable<float> Candidate) NewTables(
        ISparseFeature<TQuery> queryFeature, ISparseFeature<TCandidate> candidateFeature, TwoTowerOptions options)
    {
        ArgumentNullException.ThrowIfNull(queryFeature);
        ArgumentNullException.ThrowIfNull(candidateFeature);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Dimensions, 1);
        if (!options.ShareTable)
        {
            return (NewTable("query.table", queryFeature.RowCount, options, stream: 0), NewTable("candidate.table", candidateFeature.RowCount, options, stream: 1));
        }

        if (queryFeature.RowCount != candidateFeature.RowCount)
        {
            throw new ArgumentException(
                $"A shared table needs features of the same number of rows, but the query feature has {queryFeature.RowCount} and the candidate feature {candidateFeature.RowCount}.",
                nameof(options));
        }

        EmbeddingTable<float> shared = NewTable("table", queryFeature.RowCount, options, stream: 0);
        return (shared, shared);
    }

    private static EmbeddingTable<float> NewTable(string name, int rows, TwoTowerOptions options, ulong stream)
    {
        var table = new EmbeddingTable<float>(name, new Tensor<float>(new Shape(rows, options.Dimensions)));
        table.InitializeUniform(options.EmbeddingScale, options.Seed, stream);
        return table;
    }

    private static Tower<float> NewTower(string side, EmbeddingTable<float> table, TwoTowerOptions options, ulong stream) => new(
        [new BagInput<float>(side, table, options.Combiner)],
        options.Linear ? [Linear<float>.Create(side + ".linear", options.Dimensions, options.Dimensions, options.Seed, stream)] : [],
        options.Normalize);
}
