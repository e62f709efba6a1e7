using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;

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
    private readonly MergeHeads<T> _mergeHeads = new();
    private readonly MatrixProduct<T> _product = new(transposeB: true);
    private readonly TemperatureScaling<T>? _temperature;
    private readonly DivideByTemperature<T> _divideByLearned = new();
    private readonly DenseParameter<T>? _logTemperature;
    private readonly SamplingProbabilityCorrection<T> _correction;
    private readonly RemoveAccidentalHits<T> _removeHits = new();
    private readonly RemoveKnownPositives<T> _removeKnown = new();
    private readonly ApplyScoreMask<T> _applyMask;
    private readonly HardNegativeMining<T> _mining;
    private readonly IRetrievalLoss<T> _loss;
    private readonly SymmetricTerm<T> _symmetric;
    private readonly WeightedReduction<T> _reduction;
    private MaxOverHeads<T>? _maximum;

    /// <summary>Makes a task.</summary>
    /// <exception cref="ArgumentException">The temperature is not positive and finite, or its inverse overflows; or it is learnt and outside [0.01, 100]; or two metrics report under one name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is none of its named values.</exception>
    public RetrievalTask(RetrievalTaskOptions<T>? options = null)
    {
        _options = options ?? new RetrievalTaskOptions<T>();
        RetrievalChecks.Options(_options);
        _metrics = new RetrievalTaskMetrics<T>(_options);
        _correction = new SamplingProbabilityCorrection<T>(_options.SamplingCorrection, _options.TfrsCompatible);
        _applyMask = new ApplyScoreMask<T>(_options.MaskedPositive);
        _mining = new HardNegativeMining<T>(_options.NumberOfHardNegatives ?? 0);
        _loss = _options.Loss ?? new SoftmaxLoss<T>();
        _symmetric = new SymmetricTerm<T>(_loss);
        _reduction = new WeightedReduction<T>(_options.Reduction, _options.TfrsCompatible);
        if (_options.LearnTemperature)
        {
            _logTemperature = new DenseParameter<T>("retrieval.log_temperature", Tensor<T>.Of(T.CreateChecked(Math.Log(_options.Temperature ?? 1))));
            Parameters = [_logTemperature];
        }
        else if (_options.Temperature is { } temperature)
        {
            _temperature = new TemperatureScaling<T>(temperature);
        }
    }

    /// <summary>How the loss is made.</summary>
    public RetrievalTaskOptions<T> Options => _options;

    /// <summary>What training changes besides the towers: the logarithm of the temperature where it is learnt, else nothing. <see cref="Loss(Variable{T}, Variable{T}, RetrievalArguments{T})"/> first brings it back into its range where a step took it out.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; } = [];

    /// <summary>What the logits are divided by now; 1 where there is no temperature.</summary>
    public double Temperature => _logTemperature is { } learned
        ? Math.Clamp(Math.Exp(double.CreateChecked(learned.Value.Span[0])), DivideByTemperature<T>.MinimumTemperature, DivideByTemperature<T>.MaximumTemperature)
        : _options.Temperature ?? 1;

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
        BringTemperatureBack();
        Tape<T> tape = queryEmbeddings.Tape;
        if (!ReferenceEquals(tape, candidateEmbeddings.Tape))
        {
            throw new ArgumentException("candidateEmbeddings must be on the tape of queryEmbeddings.", nameof(candidateEmbeddings));
        }

        Variable<T> scores = Scores(queryEmbeddings, candidateEmbeddings);
        OpIndices positives = QueryPositives.OfQueries(tape, queries, arguments);
        Variable<T> logits = Remaining(Corrected(scores, positives, arguments), positives, arguments);
        Variable<T> losses = Checked(_loss.RowLosses(logits, positives), tape, queries);
        if (_options.Symmetric)
        {
            losses = _symmetric.Join(losses, logits, positives);
        }

        counts = RetrievalCounts.Of(logits.Value, new PositiveColumns(positives), arguments.ScoreMask, _options.Symmetric);
        Tensor<T> weights = Weights(tape, queries, arguments);
        _metrics.Update(metrics, queryEmbeddings.Value, candidateEmbeddings.Value, scores.Value, logits.Value, positives, losses.Value, weights, arguments);
        return _reduction.Apply(losses, weights);
    }

    /// <summary>The metrics by name, from all calls since the last reset. What was not computed is absent.</summary>
    public IReadOnlyDictionary<string, double> Results() => _metrics.Results();

    /// <summary>Makes all metrics start anew.</summary>
    public void ResetMetrics() => _metrics.Reset();

    /// <summary>The batch and loss metrics alone.</summary>
    internal IReadOnlyDictionary<string, double> BatchResults() => _metrics.BatchResults();

    /// <summary>Makes batch and loss metrics start anew.</summary>
    internal void ResetBatchMetrics() => _metrics.ResetBatch();

    /// <summary>Moves a learnt temperature that a step took out of its range to its edge: beyond it, it would have no gradient and stay for ever.</summary>
    private void BringTemperatureBack()
    {
        if (_logTemperature is { } learned)
        {
            learned.Value.Span[0] = DivideByTemperature<T>.Clamp(learned.Value.Span[0]);
        }
    }

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

    private Variable<T> Scores(Variable<T> queryEmbeddings, Variable<T> candidateEmbeddings)
    {
        Tape<T> tape = queryEmbeddings.Tape;
        if (queryEmbeddings.Shape.Rank == 2)
        {
            return tape.Apply(_product, [queryEmbeddings, candidateEmbeddings]);
        }

        int heads = queryEmbeddings.Shape[1];
        MaxOverHeads<T> maximum = _maximum is { } last && last.Heads == heads ? last : new MaxOverHeads<T>(heads, _options.TfrsCompatible);
        _maximum = maximum;
        return tape.Apply(maximum, [tape.Apply(_product, [tape.Apply(_mergeHeads, [queryEmbeddings]), candidateEmbeddings])]);
    }

    private Variable<T> Corrected(Variable<T> scores, OpIndices positives, in RetrievalArguments<T> arguments)
    {
        Tape<T> tape = scores.Tape;
        Variable<T> logits =
            _logTemperature is not null ? tape.Apply(_divideByLearned, [scores, tape.Parameter(_logTemperature)])
            : _temperature is not null ? _temperature.Apply(scores)
            : scores;
        if (!arguments.CandidateSamplingProbability.IsDefault)
        {
            logits = _correction.Apply(logits, arguments.CandidateSamplingProbability, positives);
        }

        // From here on −∞ means removed, so no score may come to it by itself.
        return TensorPrimitives.IsFiniteAll<T>(logits.Value.Span)
            ? logits
            : throw new ArithmeticException("The embeddings are finite, but a score is not: their lengths, or the inverse of the temperature, are too large.");
    }

    private Variable<T> Remaining(Variable<T> logits, OpIndices positives, in RetrievalArguments<T> arguments)
    {
        if (_options.RemoveAccidentalHits)
        {
            logits = _removeHits.Apply(logits, arguments.CandidateIds, positives);
        }

        if (!arguments.KnownPositives.Offsets.IsEmpty)
        {
            logits = _removeKnown.Apply(logits, arguments.CandidateIds, arguments.KnownPositives, positives);
        }

        if (!arguments.ScoreMask.IsDefault)
        {
            logits = _applyMask.Apply(logits, arguments.ScoreMask);
        }

        return _mining.Apply(logits, positives);
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
