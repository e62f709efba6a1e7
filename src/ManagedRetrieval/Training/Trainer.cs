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
    private int _epochsDone;

    /// <summary>Goes through the data.</summary>
    /// <remarks>
    /// A later call goes on where the last one stopped: five calls of one epoch give the bits of one call of five. An
    /// epoch that was cut short counts as done.
    /// </remarks>
    /// <param name="data">The pairs, at least 2, encoded with the model's features.</param>
    /// <param name="options">Epochs, batch size, seed.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops between steps; the model then holds what it has learnt so far.</param>
    /// <returns>One result for each epoch.</returns>
    /// <exception cref="ArgumentException">There is one pair only, or the data was encoded with other features.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="ArithmeticException">The loss, or a parameter after the last step, is not finite. A step whose loss is not finite is not taken.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<EpochResult> Fit(
        RetrievalDataset data, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new TrainingOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 2);
        Check(data);
        foreach (Parameter<float> parameter in _model.Parameters)
        {
            parameter.ZeroGradient();
        }

        float[] frequencies = options.CorrectSamplingBias ? data.CandidateFrequencies() : [];
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
            double loss = 0, weight = 0;
            int count;
            for (int start = 0; start < order.Length; start += count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int left = order.Length - start;

                // A single pair left over would have no negative; it joins the batch before.
                count = left == options.BatchSize + 1L ? left : Math.Min(options.BatchSize, left);
                ReadOnlySpan<int> pairs = order.AsSpan(start, count);
                (double stepLoss, double stepWeight) = Step(data, pairs, frequencies, epoch);
                loss += stepLoss;
                weight += stepWeight;
                long seen = ((long)(epoch - 1) * order.Length) + start + pairs.Length;
                progress?.Report(new TrainingProgress(
                    epoch, options.Epochs, seen, (long)options.Epochs * order.Length, Mean(loss, weight), clock.Elapsed));
            }

            results.Add(new EpochResult(epoch, Mean(loss, weight), clock.Elapsed));
        }

        CheckParameters();
        return results;
    }

    /// <summary>The mean loss; 0 as long as only pairs of weight 0 were seen, whose loss is 0.</summary>
    private static double Mean(double loss, double weight) => weight > 0 ? loss / weight : 0;

    /// <summary>The last update has no later loss that would show it.</summary>
    private void CheckParameters()
    {
        foreach (Parameter<float> parameter in _model.Parameters)
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

        (int queryRows, int candidateRows) = (_model.QueryTower.Table.Value.Shape.Rows, _model.CandidateTower.Table.Value.Shape.Rows);
        if (data.QueryRowCount != queryRows || data.CandidateRowCount != candidateRows)
        {
            throw new ArgumentException(
                $"data was encoded for tables of {data.QueryRowCount} and {data.CandidateRowCount} rows, but the model's have {queryRows} and {candidateRows}.", nameof(data));
        }
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
