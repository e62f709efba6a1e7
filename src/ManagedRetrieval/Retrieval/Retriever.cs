using System.Collections.ObjectModel;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Retrieval;

/// <summary>A trained model together with the index of its candidates: answers raw queries, and is one file on disk.</summary>
/// <typeparam name="TQuery">A raw query: a text, a key, or a record of the caller's.</typeparam>
/// <typeparam name="TCandidate">A raw candidate, likewise.</typeparam>
/// <typeparam name="TId">What names a candidate: <see cref="string"/>, <see cref="int"/> or <see cref="long"/>.</typeparam>
public sealed class Retriever<TQuery, TCandidate, TId> : IDisposable
    where TId : notnull
{
    private readonly WorkerTeam? _workers;
    private ReadOnlyMemory<float> _candidateSamplingProbability;

    /// <summary>Joins a model and an index that was built from its candidate embeddings.</summary>
    /// <param name="model">Embeds queries.</param>
    /// <param name="index">Searched with the embeddings. One that has no <see cref="TopKIndex{TId}.ModelVersion"/> is given this model's; of a live index it is the fixed one below it that counts.</param>
    /// <param name="workers">Shares out the embedding of queries; null runs on the calling thread. It is used, not owned.</param>
    /// <exception cref="ArgumentException">The index has another number of dimensions than the model, or is of another model or of another state of it.</exception>
    public Retriever(TwoTowerModel<TQuery, TCandidate> model, ITopKIndex<TId> index, WorkerTeam? workers = null)
        : this(model, index, workers, null)
    {
    }

    internal Retriever(TwoTowerModel<TQuery, TCandidate> model, ITopKIndex<TId> index, WorkerTeam? workers, string? version)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(index);
        if (index.Dimensions != model.Dimensions)
        {
            throw new ArgumentException($"The model has {model.Dimensions} dimensions, but the index {index.Dimensions}.", nameof(index));
        }

        TopKIndex<TId>? fixedRows = index switch
        {
            TopKIndex<TId> itself => itself,
            LiveIndex<TId> live => live.Snapshot().Fixed?.Index,
            LiveSnapshot<TId> snapshot => snapshot.Fixed?.Index,
            _ => null,
        };
        if (fixedRows is not null)
        {
            version ??= ModelVersion.Of(model);
            fixedRows.ModelVersion ??= version;
            if (fixedRows.ModelVersion != version)
            {
                throw new ArgumentException($"The index is of version {fixedRows.ModelVersion} of a model, expected {version}: it is stale, and would rank wrongly.", nameof(index));
            }
        }

        (Model, Index, _workers) = (model, index, workers);
    }

    /// <summary>Embeds queries.</summary>
    public TwoTowerModel<TQuery, TCandidate> Model { get; }

    /// <summary>The candidates.</summary>
    public ITopKIndex<TId> Index { get; }

    /// <summary>The index that lies in the file that it mapped; null for none.</summary>
    internal TopKIndex<TId>? Mapped { get; init; }

    /// <summary>
    /// For each candidate the probability, per draw, with which training drew it, each in [0, 1], shared, not copied; empty where it is not
    /// kept. It is saved with the model, so that training can go on with the same correction,
    /// through <see cref="Training.TrainingOptions.CandidateSamplingProbability"/>.
    /// </summary>
    /// <exception cref="ArgumentException">There is another number of them than candidates, or one is outside [0, 1].</exception>
    public ReadOnlyMemory<float> CandidateSamplingProbability
    {
        get => _candidateSamplingProbability;
        set
        {
            if (!value.IsEmpty && value.Length != Index.Count)
            {
                throw new ArgumentException($"CandidateSamplingProbability must be one for each of the {Index.Count} candidates, not {value.Length}.", nameof(value));
            }

            SamplingProbability.CheckProbabilities(value.Span, nameof(CandidateSamplingProbability), nameof(value));
            _candidateSamplingProbability = value;
        }
    }

    /// <summary>Texts that the caller keeps with the model, by name, such as how it was made; saved with it. None by default.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public IReadOnlyDictionary<string, string> Annotations
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value));
    } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Embeds and indexes candidates.</summary>
    /// <param name="model">A trained model.</param>
    /// <param name="candidates">The raw candidates.</param>
    /// <param name="identifiers">A name for each of them.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where scores are made; null for the processor.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException">There are no candidates, or another number of identifiers.</exception>
    public static Retriever<TQuery, TCandidate, TId> Build(
        TwoTowerModel<TQuery, TCandidate> model,
        IReadOnlyList<TCandidate> candidates,
        IReadOnlyList<TId> identifiers,
        WorkerTeam? workers = null,
        IComputeBackend<float>? backend = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(model, new BruteForceIndex<TId>(model.EmbedCandidates(candidates, workers, cancellationToken), identifiers, workers, backend), workers);
    }

    /// <summary>Reads a file that <see cref="SaveAsync"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="workers">Shares out the work of searches; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where scores are made; null for the processor.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFormatException">The file is damaged, foreign, or holds a model of other types; the message names what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<Retriever<TQuery, TCandidate, TId>> LoadAsync(
        string path, WorkerTeam? workers = null, IComputeBackend<float>? backend = null, CancellationToken cancellationToken = default)
    {
        SafetensorsFile file = await SafetensorsFile.LoadAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        return RetrieverSnapshot.Read<TQuery, TCandidate, TId>(file, workers, backend);
    }

    /// <summary>Reads a file that <see cref="SaveAsync"/> wrote, of a model whose features find their values in records.</summary>
    /// <param name="path">The file.</param>
    /// <param name="queryBindings">Where the query features find their values.</param>
    /// <param name="candidateBindings">Where the candidate features find their values.</param>
    /// <param name="workers">Shares out the work of searches; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where scores are made; null for the processor.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFormatException">
    /// The file is damaged, foreign, or holds a model of other types or features than those bound; the message names what.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async Task<Retriever<TQuery, TCandidate, TId>> LoadAsync(
        string path,
        FeatureBindings<TQuery> queryBindings,
        FeatureBindings<TCandidate> candidateBindings,
        WorkerTeam? workers = null,
        IComputeBackend<float>? backend = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queryBindings);
        ArgumentNullException.ThrowIfNull(candidateBindings);
        SafetensorsFile file = await SafetensorsFile.LoadAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        return RetrieverSnapshot.Read<TQuery, TCandidate, TId>(file, workers, backend, queryBindings, candidateBindings);
    }

    /// <summary>Maps a file that <see cref="SaveAsync"/> wrote: reads the model, and leaves the index's rows and identifiers where they are.</summary>
    /// <remarks>
    /// The index is read from the disk as it is searched; only of a partitioned one the numbers and scales of the rows are read at once, 8 bytes for each. Its tensors are not
    /// held against their checksums; <see cref="Verify"/> does that. The file must not be written while it is mapped; replacing it by another of its name, as saving does, is safe but under Windows, which refuses it until <see cref="Dispose"/> has let go of the file.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="queryBindings">Where the query features find their values; null for a model that takes plain texts or keys.</param>
    /// <param name="candidateBindings">Where the candidate features find their values; null likewise.</param>
    /// <param name="workers">Shares out the work of searches; null runs on the calling thread. It is used, not owned.</param>
    /// <param name="backend">Where scores are made; null for the processor.</param>
    /// <exception cref="SnapshotFormatException">The header is damaged, or the file foreign, or it holds a model of other types; the message names what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static Retriever<TQuery, TCandidate, TId> Map(
        string path,
        FeatureBindings<TQuery>? queryBindings = null,
        FeatureBindings<TCandidate>? candidateBindings = null,
        WorkerTeam? workers = null,
        IComputeBackend<float>? backend = null) =>
        SafetensorsFile.Mapping(path, file => RetrieverSnapshot.Read<TQuery, TCandidate, TId>(file, workers, backend, queryBindings, candidateBindings));

    /// <summary>Holds all tensors of a mapped file against their checksums, and the header against the rows, which <see cref="Map"/> leaves out; does nothing for another retriever.</summary>
    /// <param name="progress">Told the bytes that were read; null for nobody.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="SnapshotFormatException">A tensor is damaged, or the header does not fit the rows; the message names which.</exception>
    /// <exception cref="ObjectDisposedException">The retriever was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Verify(IProgress<long>? progress = null, CancellationToken cancellationToken = default) => Mapped?.Verify(progress, cancellationToken);

    /// <summary>Lets go of the file that <see cref="Map"/> mapped, and of the index that lies in it, as <see cref="TopKIndex{TId}.Dispose"/> does; another retriever has nothing to dispose of.</summary>
    public void Dispose() => Mapped?.Dispose();

    /// <summary>Finds the best candidates for one query.</summary>
    /// <param name="query">A raw query.</param>
    /// <param name="k">At least 1; more than there are candidates gives all of them.</param>
    /// <param name="exclusions">Identifiers that may not be found; null for none.</param>
    /// <inheritdoc cref="Retrieve(IReadOnlyList{TQuery}, int, IReadOnlyList{IReadOnlyCollection{TId}})" path="/exception"/>
    public ScoredCandidate<TId>[] Retrieve(TQuery query, int k, IReadOnlyCollection<TId>? exclusions = null) =>
        query is null ? throw new ArgumentNullException(nameof(query)) : Retrieve([query], k, exclusions is null ? null : [exclusions])[0];

    /// <summary>Finds the best candidates for each query.</summary>
    /// <remarks>
    /// A text without any word (no letter, no digit) has an empty bag, whose embedding is 0, or the bias where the tower
    /// has a linear layer. Without one every score is 0, so the answer is the first k candidates by row.
    /// </remarks>
    /// <param name="queries">Raw queries.</param>
    /// <param name="k">At least 1; more than there are candidates gives all of them.</param>
    /// <param name="exclusions">
    /// For each query the identifiers that may not be found, null for none; every candidate that bears one of them is
    /// passed over. Identifiers that no candidate bears are ignored.
    /// </param>
    /// <returns>One list for each query, best first, then by row; shorter than k where fewer candidates are left.</returns>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    /// <exception cref="ArgumentException">The exclusions are not one for each query, or hold null.</exception>
    /// <exception cref="ArithmeticException">A query's embedding is not finite: the model's parameters are too large, or no numbers.</exception>
    /// <exception cref="KeyNotFoundException">A query is an id that the model does not know, and it has no bucket for such.</exception>
    public ScoredCandidate<TId>[][] Retrieve(
        IReadOnlyList<TQuery> queries, int k, IReadOnlyList<IReadOnlyCollection<TId>?>? exclusions = null)
    {
        Tensor<float> embeddings = Model.EmbedQueries(queries, _workers);

        // The index would blame an argument that the caller never saw. Of no elements, IsFiniteAll says false.
        return embeddings.Span.IsEmpty || TensorPrimitives.IsFiniteAll<float>(embeddings.Span)
            ? Index.Search(embeddings, k, exclusions)
            : throw new ArithmeticException("A query's embedding is not finite: the model's parameters are too large, or no numbers.");
    }

    /// <summary>Writes model, vocabularies and index to one safetensors file, atomically: the file is whole or as it was.</summary>
    /// <remarks>
    /// The model must not be trained meanwhile. The texts of one list, such as string identifiers or a vocabulary, may have
    /// no more than 2 GB (<see cref="Array.MaxLength"/> bytes) in UTF-8 together.
    /// </remarks>
    /// <exception cref="InvalidOperationException">
    /// A parameter has changed since the index was built, so that it would rank wrongly, or changed while it was being saved; an earlier file is as it was.
    /// </exception>
    /// <exception cref="ArithmeticException">A parameter or an embedding of the index is not finite; nothing was written.</exception>
    /// <exception cref="NotSupportedException">A feature is not one of this library, identifiers are neither string, int nor long, or the index is no <see cref="TopKIndex{TId}"/>.</exception>
    /// <exception cref="ArgumentException">
    /// A list of texts has more than 2 GB; an identifier is no valid Unicode; or a parameter bears a name that the snapshot
    /// uses itself. Nothing was written.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written; the message names it.</exception>
    public async Task SaveAsync(string path, CancellationToken cancellationToken = default)
    {
        using MappedHold hold = Index is TopKIndex<TId> index ? index.Hold() : default;
        await RetrieverSnapshot.Write(this).WriteAsync(path, cancellationToken).ConfigureAwait(false);
    }
}
