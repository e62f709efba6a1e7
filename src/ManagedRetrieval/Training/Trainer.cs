using System.Diagnostics;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Training;

/// <summary>Trains a two-tower model on pairs, each pair's candidate being a negative of the batch's other queries.</summary>
/// <remarks>
/// The same seed, data and kind of machine give the same bits, for any number of workers. Once the largest batch has
/// been seen, a step allocates nothing, unless the task has batch metrics, which grow. A trainer serves one thread at a time.
/// </remarks>
/// <param name="model">The model to train.</param>
/// <param name="task">Makes the loss; candidates are named to it by their corpus rows.</param>
/// <param name="optimizer">Changes the parameters. It keeps its state from one run to the next.</param>
/// <param name="workers">Shares out the work; null runs on the calling thread. It is used, not owned.</param>
/// <param name="backend">Where matrix products run; null for the processor.</param>
public sealed class Trainer(
    TwoTowerModel model, RetrievalTask<float> task, Optimizer<float> optimizer, WorkerTeam? workers = null, IComputeBackend<float>? backend = null)
{
    private const ulong ShuffleStream = 0x5348_5546;

    private readonly TwoTowerModel _model = model ?? throw new ArgumentNullException(nameof(model));
    private readonly RetrievalTask<float> _task = Reduced(task);
    private readonly Optimizer<float> _optimizer = optimizer ?? throw new ArgumentNullException(nameof(optimizer));
    private readonly Tape<float> _tape = new(workers, backend);
    private readonly IReadOnlyList<Parameter<float>> _parameters = [.. model.Parameters, .. task.Parameters];
    private (RetrievalDataset? Data, bool Corrected, CandidateMemory<float>? Candidates) _memory;
    private ulong _stepsDone;
    private int _epochsDone;

    /// <summary>Goes through the data.</summary>
    /// <remarks>
    /// A later call goes on where the last one stopped: five calls of one epoch give the bits of one call of five. An
    /// epoch that was cut short counts as done. Every epoch begins with the task's batch and loss metrics anew.
    /// </remarks>
    /// <param name="data">The pairs, at least 2, encoded with the model's features.</param>
    /// <param name="options">Epochs, batch size, seed.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops between steps; the model then holds what it has learnt so far.</param>
    /// <returns>One result for each epoch.</returns>
    /// <exception cref="ArgumentException">
    /// There is one pair only, or the data was encoded with other features; the sampler draws from another corpus, or is not
    /// there to draw what it should; sampling probabilities are given but not used, are of another number than the corpus'
    /// rows, outside [0, 1], or 0 for a pair's candidate.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="ArithmeticException">An embedding, a score, a loss or a gradient, or a parameter after the last step, is not finite. A step in which something is not finite is not taken.</exception>
    /// <exception cref="InvalidOperationException">
    /// The sampler drew what is no row of the corpus, or a row to which it gives no probability; the optimizer's averaged weights
    /// are swapped in, or its schedule gives an impossible factor.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<EpochResult> Fit(
        RetrievalDataset data, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new TrainingOptions();
        Check(options, data, _model.Dimensions);
        Check(data);
        _optimizer.Average?.RequireSwappedOut();
        foreach (Parameter<float> parameter in _parameters)
        {
            parameter.ZeroGradient();
        }

        var step = new TrainingStep(_model, _task, _tape, data, options, Memory(data, options));
        int[] order = new int[data.Count];
        var results = new List<EpochResult>();
        var clock = Stopwatch.StartNew();
        for (int epoch = 1; epoch <= options.Epochs; epoch++)
        {
            for (int i = 0; i < order.Length; i++)
            {
                order[i] = i;
            }

            _epochsDone++;
            new CounterRandom(options.Seed, ShuffleStream + (ulong)_epochsDone).Shuffle<int>(order);
            _task.ResetBatchMetrics();
            double loss = 0, weight = 0;
            int count, rowsAlone = 0, columnsAlone = 0;
            for (int start = 0; start < order.Length; start += count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int left = order.Length - start;

                // A single pair left over would have no negative; it joins the batch before.
                count = left == options.BatchSize + 1L ? left : Math.Min(options.BatchSize, left);
                ReadOnlySpan<int> pairs = order.AsSpan(start, count);
                (Variable<float> batchLoss, double sum, double batchWeight, RetrievalCounts counts) = step.Run(pairs, _stepsDone++, epoch);
                _tape.Backward(batchLoss);
                RequireFiniteGradients(epoch);
                _optimizer.Step(_parameters, workers);
                loss += sum;
                weight += batchWeight;
                rowsAlone += counts.RowsWithoutNegatives;
                columnsAlone += counts.ColumnsWithoutNegatives;
                long seen = ((long)(epoch - 1) * order.Length) + start + pairs.Length;
                progress?.Report(new TrainingProgress(
                    epoch, options.Epochs, seen, (long)options.Epochs * order.Length, Mean(loss, weight), clock.Elapsed));
            }

            results.Add(new EpochResult(epoch, Mean(loss, weight), clock.Elapsed)
            {
                RowsWithoutNegatives = rowsAlone,
                ColumnsWithoutNegatives = columnsAlone,
                Metrics = _task.BatchResults(),
            });
        }

        CheckParameters();
        return results;
    }

    /// <summary>The last call's memory where it speaks of the same rows and probabilities; else a new one.</summary>
    private CandidateMemory<float>? Memory(RetrievalDataset data, TrainingOptions options)
    {
        if (options.MemoryCapacity == 0)
        {
            _memory = default;
        }
        else if (_memory.Candidates is not { } last || !ReferenceEquals(_memory.Data, data) || _memory.Corrected != options.CorrectSamplingBias
            || last.Capacity != options.MemoryCapacity || last.MaximumAge != options.MemoryMaximumAge)
        {
            _memory = (data, options.CorrectSamplingBias, new(options.MemoryCapacity, _model.Dimensions, options.MemoryMaximumAge));
        }

        return _memory.Candidates;
    }

    private static RetrievalTask<float> Reduced(RetrievalTask<float> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Options.Reduction == LossReduction.None
            ? throw new ArgumentException("The task must reduce its loss to one number, by Sum or Mean, not None.", nameof(task))
            : task;
    }

    /// <summary>The mean loss; 0 as long as only pairs of weight 0 were seen, whose loss is 0.</summary>
    private static double Mean(double loss, double weight) => weight > 0 ? loss / weight : 0;

    /// <summary>A step by a gradient that is not finite would leave a model of which nothing can be saved.</summary>
    private void RequireFiniteGradients(int epoch)
    {
        // Not foreach, whose enumerator would be allocated.
        for (int i = 0; i < _parameters.Count; i++)
        {
            if (!TensorPrimitives.IsFiniteAll<float>(_parameters[i].GradientElements))
            {
                throw TrainingStep.NotFinite($"the gradient of '{_parameters[i].Name}' is not finite", epoch);
            }
        }
    }

    /// <summary>The last update has no later loss that would show it.</summary>
    private void CheckParameters()
    {
        foreach (Parameter<float> parameter in _parameters)
        {
            if (!TensorPrimitives.IsFiniteAll<float>(parameter.Value.Span))
            {
                throw new ArithmeticException($"The parameter '{parameter.Name}' is no longer finite after the last step; a smaller learning rate may help.");
            }
        }
    }

    private void Check(RetrievalDataset data)
    {
        if (data.Count < 2)
        {
            throw new ArgumentException("data must hold at least 2 pairs, each the negative of the other, not 1.", nameof(data));
        }

        (FeatureSignature queries, FeatureSignature candidates) = (_model.QueryTower.Signature, _model.CandidateTower.Signature);
        if (!data.QueryFeatures.Equals(queries) || !data.CandidateFeatures.Equals(candidates))
        {
            throw new ArgumentException(
                $"data was encoded with {data.QueryFeatures} and {data.CandidateFeatures}, but the model's towers read {queries} and {candidates}.", nameof(data));
        }
    }

    private static void Check(TrainingOptions options, RetrievalDataset data, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(options.SampledNegatives);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MemoryCapacity);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MemoryMaximumAge, 1);
        if (2L * options.MemoryCapacity * dimensions > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.MemoryCapacity, $"MemoryCapacity must be at most {Array.MaxLength / 2 / dimensions} with {dimensions} dimensions.");
        }

        int corpus = data.Candidates.Count;
        if (options.NegativeSampler is { } sampler && sampler.Count != corpus)
        {
            throw new ArgumentException($"NegativeSampler must draw from the {corpus} rows of the corpus, not from {sampler.Count}.", nameof(options));
        }

        ReadOnlySpan<float> probabilities = options.CandidateSamplingProbability.Span;
        if (!probabilities.IsEmpty && !options.CorrectSamplingBias)
        {
            throw new ArgumentException("CandidateSamplingProbability is given, but CorrectSamplingBias is off.", nameof(options));
        }

        if (!probabilities.IsEmpty && probabilities.Length != corpus)
        {
            throw new ArgumentException($"CandidateSamplingProbability must be one for each of the {corpus} rows of the corpus, not {probabilities.Length}.", nameof(options));
        }

        SamplingProbability.CheckProbabilities(probabilities, nameof(options.CandidateSamplingProbability), nameof(options));
        foreach (int row in data.Positives)
        {
            if (!probabilities.IsEmpty && probabilities[row] == 0)
            {
                throw new ArgumentException($"CandidateSamplingProbability must be above 0 where a pair has the candidate, but number {row} is 0.", nameof(options));
            }
        }

        // The last step may have one pair more than others.
        long pairs = Math.Min(options.BatchSize + 1L, data.Count), columns = pairs + options.SampledNegatives + options.MemoryCapacity;
        if (columns * Math.Max(pairs, dimensions) > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), columns, $"BatchSize, SampledNegatives and MemoryCapacity give a step {pairs} pairs and {columns} candidates; more than one tensor can hold the scores of.");
        }

        if (options.SampledNegatives == 0 && options.NegativeSampler is not null)
        {
            throw new ArgumentException("There is a NegativeSampler, but SampledNegatives is 0, so it would draw nothing.", nameof(options));
        }

        if (options.SampledNegatives > 0 && options.NegativeSampler is null)
        {
            throw new ArgumentException($"SampledNegatives is {options.SampledNegatives}, but there is no NegativeSampler to draw them.", nameof(options));
        }
    }
}
