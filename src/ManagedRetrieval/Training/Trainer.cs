using System.Diagnostics;
using System.Globalization;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Training;

/// <summary>Trains a two-tower model on pairs, each pair's candidate being a negative of the batch's other queries.</summary>
/// <remarks>
/// The same seed, data and kind of machine give the same bits, for any number of workers. Once the largest batch has
/// been seen, a step allocates nothing. A trainer serves one thread at a time.
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
    private readonly RetrievalTask<float> _task = task ?? throw new ArgumentNullException(nameof(task));
    private readonly Optimizer<float> _optimizer = optimizer ?? throw new ArgumentNullException(nameof(optimizer));
    private readonly Tape<float> _tape = new(workers, backend);
    private readonly RaggedIds _queries = new();
    private readonly RaggedIds _candidates = new();

    /// <summary>Goes through the data.</summary>
    /// <param name="data">The pairs.</param>
    /// <param name="options">Epochs, batch size, seed.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops between steps; the model then holds what it has learnt so far.</param>
    /// <returns>One result for each epoch.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="ArithmeticException">The loss is no longer a finite number; the parameters are those that gave it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<EpochResult> Fit(
        RetrievalDataset data, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new TrainingOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 2);
        foreach (Parameter<float> parameter in _model.Parameters)
        {
            parameter.ZeroGradient();
        }

        float[] frequencies = options.CorrectSamplingBias ? data.CandidateFrequencies() : [];
        int[] order = new int[data.Count];
        var results = new List<EpochResult>(options.Epochs);
        var clock = Stopwatch.StartNew();
        for (int epoch = 1; epoch <= options.Epochs; epoch++)
        {
            for (int i = 0; i < order.Length; i++)
            {
                order[i] = i;
            }

            new CounterRandom(options.Seed, ShuffleStream + (ulong)epoch).Shuffle<int>(order);
            double loss = 0, weight = 0;
            for (int start = 0; start < order.Length; start += options.BatchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadOnlySpan<int> pairs = order.AsSpan(start, Math.Min(options.BatchSize, order.Length - start));
                (double stepLoss, double stepWeight) = Step(data, pairs, frequencies, epoch);
                loss += stepLoss;
                weight += stepWeight;
                long seen = ((long)(epoch - 1) * order.Length) + start + pairs.Length;
                progress?.Report(new TrainingProgress(
                    epoch, options.Epochs, seen, (long)options.Epochs * order.Length, weight > 0 ? loss / weight : 0, clock.Elapsed));
            }

            results.Add(new EpochResult(epoch, weight > 0 ? loss / weight : 0, clock.Elapsed));
        }

        return results;
    }

    private (double Loss, double Weight) Step(RetrievalDataset data, ReadOnlySpan<int> pairs, float[] frequencies, int epoch)
    {
        _tape.Reset();
        Span<int> rows = _tape.AllocateIndices(pairs.Length).Span;
        Memory<int> candidates = _tape.AllocateIndices(pairs.Length);
        pairs.CopyTo(rows);
        _queries.Gather(data.Queries, rows);
        Gather<int>(data.Positives, rows, candidates.Span);
        _candidates.Gather(data.Candidates, candidates.Span);
        var arguments = new RetrievalArguments<float>
        {
            CandidateIds = new CandidateIds((ReadOnlyMemory<int>)candidates),
            SampleWeight = GatherTensor(data.Weights, rows),
            CandidateSamplingProbability = GatherTensor(frequencies, candidates.Span),
        };
        Variable<float> loss = _task.Loss(_model.QueryTower.Apply(_tape, _queries), _model.CandidateTower.Apply(_tape, _candidates), arguments);
        float value = loss.Value.Span[0];
        if (!float.IsFinite(value))
        {
            // Before the update, which would spread the NaN over every parameter.
            throw new ArithmeticException(string.Create(
                CultureInfo.InvariantCulture, $"The loss became {value} in epoch {epoch}; the step was not taken. A smaller learning rate may help."));
        }

        _tape.Backward(loss);
        _optimizer.Step(_model.Parameters, workers);
        double weight = arguments.SampleWeight.IsDefault ? pairs.Length : RowReduce.Sum<float>(arguments.SampleWeight.Span);
        return (value, weight);
    }

    private Tensor<float> GatherTensor(float[] values, ReadOnlySpan<int> rows)
    {
        if (values.Length == 0)
        {
            return default;
        }

        Tensor<float> gathered = _tape.Allocate(new Shape(rows.Length));
        Gather(values, rows, gathered.Span);
        return gathered;
    }

    private static void Gather<TValue>(ReadOnlySpan<TValue> values, ReadOnlySpan<int> rows, Span<TValue> gathered)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            gathered[i] = values[rows[i]];
        }
    }
}
