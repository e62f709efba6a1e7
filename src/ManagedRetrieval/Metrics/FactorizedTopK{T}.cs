using System.Numerics;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Metrics;

/// <summary>Gathers ranks over a whole corpus from batch to batch, as TensorFlow Recommenders' <c>FactorizedTopK</c> gathers accuracy.</summary>
/// <remarks>
/// The ranks are kept, so every metric follows without another pass: <see cref="Result"/> gives top-k accuracy under the
/// original's names. Several threads may call at once; the ranks then stand in the order in which updates ended.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class FactorizedTopK<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Lock _lock = new();
    private readonly List<QueryRanks> _updates = [];
    private readonly List<float> _weights = [];
    private readonly IdRows? _identifiers;
    private readonly WorkerTeam? _workers;
    private readonly (RankMetric Metric, string Name)[] _results;
    private Tensor<T> _candidates;
    private QueryRanks? _ranks;
    private bool _weighted;

    /// <summary>Makes a metric over a corpus.</summary>
    /// <param name="candidates">[N, d]; shared, not copied.</param>
    /// <param name="identifiers">One for each candidate, shared; positives are then recognised by theirs. Without any, one exact tie is taken to be the positive's own copy.</param>
    /// <param name="options">What is reported; null for the defaults.</param>
    /// <param name="workers">Shares out the work; null runs on the calling thread. It is used, not owned.</param>
    /// <exception cref="ArgumentException">The corpus is no matrix or empty, identifiers are of another number or null, a k is below 1 or there twice, or the name is blank.</exception>
    public FactorizedTopK(Tensor<T> candidates, CandidateIds identifiers = default, FactorizedTopKOptions? options = null, WorkerTeam? workers = null)
    {
        options ??= new FactorizedTopKOptions();
        RankArguments.CheckCorpus(candidates.Shape, nameof(candidates));
        if (identifiers.Count != 0)
        {
            RankArguments.CheckIdentifiers(identifiers, candidates.Shape.Rows);
            _identifiers = new IdRows(identifiers);
        }

        (_candidates, _workers, _results) = (candidates, workers, Results(options));
    }

    /// <summary>The corpus, [N, d]; set it anew when the candidate tower has learnt. The ranks gathered so far stay.</summary>
    /// <exception cref="ArgumentException">The corpus is no matrix or empty, or has another number of rows than there are identifiers.</exception>
    public Tensor<T> Candidates
    {
        get
        {
            lock (_lock)
            {
                return _candidates;
            }
        }

        set
        {
            RankArguments.CheckCorpus(value.Shape, nameof(value));
            if (_identifiers is not null && value.Shape.Rows != _identifiers.Count)
            {
                throw new ArgumentException($"value must have a row for each of the {_identifiers.Count} identifiers, not the shape {value.Shape}.", nameof(value));
            }

            lock (_lock)
            {
                _candidates = value;
            }
        }
    }

    /// <summary>Whether positives are recognised by their identifiers: <see cref="Update"/> then needs them.</summary>
    public bool HasIdentifiers => _identifiers is not null;

    /// <summary>The ranks of all updates since the last <see cref="Reset"/>, in their order.</summary>
    public QueryRanks Ranks
    {
        get
        {
            lock (_lock)
            {
                return _ranks ??= QueryRanks.Concat(_updates);
            }
        }
    }

    /// <summary>The weights of the queries of <see cref="Ranks"/>, 1 for those of an update without weights; empty where no update had any.</summary>
    public ReadOnlyMemory<float> SampleWeights
    {
        get
        {
            lock (_lock)
            {
                return _weighted ? _weights.ToArray() : ReadOnlyMemory<float>.Empty;
            }
        }
    }

    /// <summary>Ranks the positives of some queries among all candidates.</summary>
    /// <param name="queries">[Q, d] or [Q, H, d].</param>
    /// <param name="trueCandidates">[Q, d]: the embedding of each query's positive.</param>
    /// <param name="trueIdentifiers">One for each query, of the corpus' type: needed where the metric was made with identifiers, ignored where it was not.</param>
    /// <param name="sampleWeight">One finite weight ≥ 0 for each query; empty weighs all alike.</param>
    /// <param name="excluded">For each query the rows of the corpus that do not compete; null for none.</param>
    /// <param name="cancellationToken">Stops between blocks of queries; nothing is added then.</param>
    /// <exception cref="ArgumentException">An argument does not fit; the message names it. Nothing is added.</exception>
    public void Update(
        Tensor<T> queries,
        Tensor<T> trueCandidates,
        CandidateIds trueIdentifiers = default,
        ReadOnlySpan<float> sampleWeight = default,
        RaggedIds? excluded = null,
        CancellationToken cancellationToken = default)
    {
        if (!sampleWeight.IsEmpty)
        {
            Features.SampleWeights.Check(nameof(sampleWeight), sampleWeight, queries.Shape.Rows);
        }

        Tensor<T> candidates = Candidates;
        RankArguments.CheckQueries(queries.Shape, candidates.Shape);
        QueryRanks ranks = _identifiers is null
            ? FactorizedTopK.RankByEmbedding(queries, candidates, trueCandidates, excluded, _workers, cancellationToken)
            : FactorizedTopK.RankByIdentifier(queries, candidates, _identifiers, trueCandidates, trueIdentifiers, excluded, _workers, cancellationToken);
        lock (_lock)
        {
            _updates.Add(ranks);
            _ranks = null;
            _weighted |= !sampleWeight.IsEmpty;
            for (int query = 0; query < ranks.Count; query++)
            {
                _weights.Add(sampleWeight.IsEmpty ? 1 : sampleWeight[query]);
            }
        }
    }

    /// <summary>The names under which <see cref="Result"/> reports.</summary>
    internal IEnumerable<string> ResultNames => _results.Select(result => result.Name);

    /// <summary>Refuses what <see cref="Update"/> would refuse, under the names that its caller's arguments have.</summary>
    internal void Check(
        (string Name, Shape Shape) queries, (string Name, CandidateIds Ids) trueIdentifiers, (string Name, RaggedIds? Rows) excluded)
    {
        Shape corpus = Candidates.Shape;
        RankArguments.CheckQueries(queries.Shape, corpus, queries.Name);
        if (_identifiers is not null)
        {
            RankArguments.CheckTrueIdentifiers(trueIdentifiers.Ids, queries.Shape.Rows, _identifiers, trueIdentifiers.Name);
        }

        RankArguments.CheckExcluded(excluded.Rows, queries.Shape.Rows, corpus.Rows, excluded.Name);
    }

    /// <summary>Top-k accuracy of all updates since the last <see cref="Reset"/>, such as <c>factorized_top_k/top_10_categorical_accuracy</c>.</summary>
    /// <param name="policy">What is done with ties; the original's is <see cref="TiePolicy.Optimistic"/>.</param>
    /// <returns>One entry for each k; none where no query with a weight above 0 was seen.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The policy is unknown.</exception>
    public IReadOnlyDictionary<string, double> Result(TiePolicy policy = TiePolicy.Expected)
    {
        if (policy is not (TiePolicy.Expected or TiePolicy.Optimistic or TiePolicy.Pessimistic))
        {
            throw new ArgumentOutOfRangeException(nameof(policy), policy, $"policy is {policy}; expected Expected, Optimistic or Pessimistic.");
        }

        QueryRanks ranks;
        ReadOnlyMemory<float> weights;
        lock (_lock)
        {
            (ranks, weights) = (Ranks, SampleWeights);
        }

        var results = new Dictionary<string, double>(StringComparer.Ordinal);
        if (ranks.Count > 0 && (weights.IsEmpty || weights.Span.ContainsAnyExcept(0)))
        {
            foreach ((RankMetric metric, string name) in _results)
            {
                results[name] = metric.Of(ranks, policy, weights.Span);
            }
        }

        return results;
    }

    /// <summary>Forgets all ranks; the corpus stays.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _updates.Clear();
            _weights.Clear();
            _ranks = null;
            _weighted = false;
        }
    }

    private static (RankMetric Metric, string Name)[] Results(FactorizedTopKOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Name))
        {
            throw new ArgumentException($"options.Name must not be blank, but it is '{options.Name}'.", nameof(options));
        }

        if (options.Ks is null)
        {
            throw new ArgumentException("options.Ks must not be null.", nameof(options));
        }

        var results = new (RankMetric Metric, string Name)[options.Ks.Count];
        for (int i = 0; i < results.Length; i++)
        {
            int k = options.Ks[i];
            if (k < 1)
            {
                throw new ArgumentException($"options.Ks must be at least 1, but number {i} is {k}.", nameof(options));
            }

            if (options.Ks.Take(i).Contains(k))
            {
                throw new ArgumentException($"options.Ks must differ, but {k} is there twice.", nameof(options));
            }

            RankMetric metric = RankMetric.TopKAccuracy(k);
            results[i] = (metric, $"{options.Name}/{metric.Name}");
        }

        return results;
    }
}
