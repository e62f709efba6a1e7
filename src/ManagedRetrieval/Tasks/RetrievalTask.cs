using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tasks;

/// <summary>The retrieval task: each query picks its own candidate out of all candidates of the batch.</summary>
/// <remarks>
/// <para>
/// Row i of the queries belongs with row i of the candidates; further candidates are extra negatives for every query.
/// The steps, in this order: scores = Q · Cᵀ, with several heads a query the maximum over them; divide by the
/// temperature; subtract log of the candidate's sampling probability; take out accidental hits and known positives;
/// apply the score mask; mine hard negatives; loss with sample weights.
/// </para>
/// <para>A removed entry is removed: it adds exactly 0 to the normaliser, to both gradients and to every metric.</para>
/// <para>But for its metrics a task holds no state of a call and may be used from several threads, each with a tape of its own; metrics lock. A learnt temperature is a parameter like those of the towers: no thread may change it meanwhile.</para>
/// </remarks>
public sealed class RetrievalTask<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RetrievalTaskOptions<T> _options;
    private readonly RetrievalTaskMetrics<T> _metrics;
    private readonly TaskTemperature<T> _temperature;
    private readonly SamplingProbabilityCorrection<T> _correction;
    private readonly MaterializedLoss<T> _materialized;
    private readonly StreamedLoss<T> _streamed;
    private readonly WeightedReduction<T> _reduction;

    /// <summary>Makes a task.</summary>
    /// <exception cref="ArgumentException">The temperature is not positive and finite, or its inverse overflows; or it is learnt and outside [0.01, 100]; or two metrics report under one name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is none of its named values.</exception>
    public RetrievalTask(RetrievalTaskOptions<T>? options = null)
    {
        _options = options ?? new RetrievalTaskOptions<T>();
        RetrievalChecks.Options(_options);
        _metrics = new RetrievalTaskMetrics<T>(_options);
        _temperature = new TaskTemperature<T>(_options);
        _correction = new SamplingProbabilityCorrection<T>(_options.SamplingCorrection, _options.TfrsCompatible);
        _materialized = new MaterializedLoss<T>(_options, _temperature, _correction);
        _streamed = new StreamedLoss<T>(_options);
        _reduction = new WeightedReduction<T>(_options.Reduction, _options.TfrsCompatible);
    }

    /// <summary>How the loss is made.</summary>
    public RetrievalTaskOptions<T> Options => _options;

    /// <summary>What training changes besides the towers: the logarithm of the temperature where it is learnt, else nothing. <see cref="Loss(Variable{T}, Variable{T}, RetrievalArguments{T})"/> first brings it back into its range where a step took it out.</summary>
    public IReadOnlyList<Parameter<T>> Parameters => _temperature.Parameters;

    /// <summary>What the logits are divided by now; 1 where there is no temperature.</summary>
    public double Temperature => _temperature.Value;

    /// <summary>Metrics over the whole corpus; those of the options until set.</summary>
    /// <exception cref="ArgumentException">Two metrics report under one name.</exception>
    public MetricList<FactorizedTopK<T>> Metrics
    {
        get => _metrics.Factorized;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            RetrievalChecks.Names(nameof(value), _options, value);
            _metrics.Factorized = value;
        }
    }

    /// <summary>The loss of one batch.</summary>
    /// <inheritdoc cref="Loss(Variable{T}, Variable{T}, RetrievalArguments{T}, out RetrievalCounts)"/>
    public Variable<T> Loss(Variable<T> queryEmbeddings, Variable<T> candidateEmbeddings, RetrievalArguments<T> arguments = default) =>
        Loss(queryEmbeddings, candidateEmbeddings, arguments, out _);

    /// <summary>The loss of one batch, and what was met on the way.</summary>
    /// <param name="queryEmbeddings">[Q, d], or [Q, H, d] with H heads a query; Q and H at least 1.</param>
    /// <param name="candidateEmbeddings">[C, d], C at least Q.</param>
    /// <param name="arguments">Weights, sampling probabilities, ids and the like, where there are any.</param>
    /// <param name="counts">Rows that were dropped, and rows without negatives.</param>
    /// <returns>The loss of the batch, of shape [1]; with reduction None the weighted losses of the rows, [Q].</returns>
    /// <exception cref="ArgumentException">An argument does not fit; the message names it, what came and what was expected.</exception>
    /// <exception cref="ArithmeticException">The embeddings are finite, but a score or a row's loss overflows.</exception>
    public Variable<T> Loss(Variable<T> queryEmbeddings, Variable<T> candidateEmbeddings, RetrievalArguments<T> arguments, out RetrievalCounts counts)
    {
        (int queries, int candidates) = RetrievalChecks.Embeddings(
            queryEmbeddings.Value, candidateEmbeddings.Value, arguments.QueryIds, arguments.CandidateIds);
        RetrievalChecks.Arguments(arguments, _options, queries, candidates);
        MetricList<FactorizedTopK<T>> metrics = Metrics;
        RetrievalChecks.Metrics(arguments, _options, metrics, queryEmbeddings.Shape, candidates);
        _temperature.BringBack();
        Tape<T> tape = queryEmbeddings.Tape;
        if (!ReferenceEquals(tape, candidateEmbeddings.Tape))
        {
            throw new ArgumentException("candidateEmbeddings must be on the tape of queryEmbeddings.", nameof(candidateEmbeddings));
        }

        OpIndices positives = QueryPositives.OfQueries(tape, queries, arguments);
        Tensor<T> weights = Weights(tape, queries, arguments), factors = _reduction.Factors(tape, new Shape(queries), weights);
        Tensor<T> scores = default, logits = default;
        if (!_streamed.Suits(queryEmbeddings.Shape, candidateEmbeddings.Shape, arguments)
            || Streamed(queryEmbeddings, candidateEmbeddings, positives, factors, arguments, out counts) is not { IsDefault: false } losses)
        {
            losses = _materialized.RowLosses(queryEmbeddings, candidateEmbeddings, positives, arguments, out counts, out scores, out logits);
        }

        losses = Checked(losses, tape, queries);
        _metrics.Update(metrics, queryEmbeddings.Value, candidateEmbeddings.Value, scores, logits, positives, losses.Value, weights, arguments);
        return _reduction.Apply(losses, factors);
    }

    /// <summary>The metrics by name, from all calls since the last reset. What was not computed is absent.</summary>
    public IReadOnlyDictionary<string, double> Results() => _metrics.Results();

    /// <summary>Makes all metrics start anew.</summary>
    public void ResetMetrics() => _metrics.Reset();

    /// <summary>The batch and loss metrics alone.</summary>
    internal IReadOnlyDictionary<string, double> BatchResults() => _metrics.BatchResults();

    /// <summary>Makes batch and loss metrics start anew.</summary>
    internal void ResetBatchMetrics() => _metrics.ResetBatch();

    /// <summary>Saves what batch and loss metrics gathered since they last started anew.</summary>
    internal void AddBatchMetricsTo(SafetensorsWriter writer, string prefix) => _metrics.AddBatchTo(writer, prefix);

    /// <summary>Brings batch and loss metrics to where <see cref="AddBatchMetricsTo"/> saved them.</summary>
    /// <exception cref="SnapshotFormatException">Something is missing, or is not what these metrics save.</exception>
    internal void ReadBatchMetrics(SafetensorsFile file, string prefix) => _metrics.ReadBatch(file, prefix);

    private static Variable<T> Checked(Variable<T> losses, Tape<T> tape, int queries)
    {
        if (!ReferenceEquals(losses.Tape, tape))
        {
            throw new InvalidOperationException("The loss must stay on the tape of its logits.");
        }

        if (losses.Shape != new Shape(queries))
        {
            throw new InvalidOperationException($"The loss must give one number for each of the {queries} rows, not {losses.Shape}.");
        }

        return TensorPrimitives.IsFiniteAll<T>(losses.Value.Span)
            ? losses
            : throw new ArithmeticException("The scores are finite, but a loss is not: their differences are too large.");
    }

    /// <summary>The losses without the matrix of scores; the default value where a score might overflow.</summary>
    private Variable<T> Streamed(
        Variable<T> queryEmbeddings, Variable<T> candidateEmbeddings, OpIndices positives, Tensor<T> factors, in RetrievalArguments<T> arguments, out RetrievalCounts counts)
    {
        Tensor<T> logProbability = arguments.CandidateSamplingProbability.IsDefault
            ? default
            : _correction.Logarithms(queryEmbeddings.Tape, arguments.CandidateSamplingProbability);
        Variable<T> queries = _temperature.Apply(queryEmbeddings);
        counts = default;
        return StreamedLoss<T>.IsSafe(queries.Value, candidateEmbeddings.Value, logProbability)
            ? _streamed.RowLosses(queries, candidateEmbeddings, logProbability, positives, factors, arguments, out counts)
            : default;
    }

    /// <summary>The rows' weights, 0 for dropped rows; the default value where all are 1.</summary>
    private static Tensor<T> Weights(Tape<T> tape, int queries, in RetrievalArguments<T> arguments)
    {
        if (arguments.ScoreMask.IsDefault)
        {
            return arguments.SampleWeight;
        }

        Tensor<T> weights = tape.Allocate(new Shape(queries));
        for (int row = 0; row < queries; row++)
        {
            T weight = arguments.SampleWeight.IsDefault ? T.One : arguments.SampleWeight.Span[row];
            weights.Span[row] = arguments.ScoreMask.Row(row)[row] ? weight : T.Zero;
        }

        return weights;
    }
}
