using System.Diagnostics;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Training;

/// <summary>One run of a trainer, from a state on to its end.</summary>
internal sealed class TrainingRun
{
    private const ulong ShuffleStream = 0x5348_5546;

    private readonly Trainer _trainer;
    private readonly TrainingOptions _options;
    private readonly RunState _state;
    private readonly TrainingStep _step;
    private readonly CheckpointWriter? _checkpoint;
    private readonly RunProfile? _profile;
    private readonly int[] _order;
    private readonly TimeSpan _before;
    private readonly long _start;
    private StopReason? _reason;

    public TrainingRun(Trainer trainer, RetrievalDataset data, TrainingOptions options, RunState state)
    {
        (_trainer, _options, _state, _before) = (trainer, options, state, state.Elapsed);
        foreach (Parameter<float> parameter in trainer.Parameters)
        {
            parameter.ZeroGradient();
        }

        _step = new TrainingStep(trainer, data, options);
        trainer.State.HardNegatives = options.HardNegatives is null ? default : trainer.State.HardNegatives;
        _checkpoint = options.Checkpoint is { } checkpoint ? new CheckpointWriter(trainer, data, options, checkpoint.Path) : null;
        _profile = options.Profile ? new RunProfile() : null;
        _order = new int[data.Count];
        _start = trainer.Time.GetTimestamp();
    }

    private TimeSpan Elapsed => _before + _trainer.Time.GetElapsedTime(_start);

    private bool IsTimeUp => _options.TimeBudget is { } budget && Elapsed >= budget;

    public TrainingResult Run(IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (TrainingProgress step in Steps(cancellationToken))
        {
            progress?.Report(step);
        }

        return Result();
    }

    public async Task<TrainingResult> RunAsync(Func<TrainingProgress, ValueTask> afterStep, CancellationToken cancellationToken)
    {
        foreach (TrainingProgress step in Steps(cancellationToken))
        {
            // Back to the caller's thread, where there is such a thing: it is the one that a trainer serves.
            await afterStep(step).ConfigureAwait(true);
        }

        return Result();
    }

    private StopReason? WhyStop()
    {
        if (_state.WasCut)
        {
            return StopReason.TimeBudget;
        }

        if (_state.Position == 0 && _options.Validation is { } validation && _state.Best.IsOutOfPatience(validation))
        {
            return StopReason.EarlyStopping;
        }

        return _state.Epoch > _options.Epochs ? StopReason.Completed
            : _state.Position == 0 && IsTimeUp ? StopReason.TimeBudget
            : null;
    }

    /// <summary>Takes the steps one by one, as they are asked for.</summary>
    private IEnumerable<TrainingProgress> Steps(CancellationToken cancellationToken)
    {
        _trainer.Tape.Profile = _profile?.Ops;
        try
        {
            while ((_reason = WhyStop()) is null)
            {
                BeginEpoch();
                while (_state.Position < _order.Length)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (_state.Position > 0 && IsTimeUp)
                    {
                        // Before anybody looks at the averages, whose last bits depend on when one looks.
                        Save();
                        _state.WasCut = true;
                        break;
                    }

                    yield return Step();
                    if (_options.Checkpoint?.EverySteps is { } every && _state.Steps % every == 0 && _state.Position < _order.Length)
                    {
                        Save();
                    }
                }

                EndEpoch(cancellationToken);
            }

            _trainer.RequireFiniteParameters();
            _state.Best.Restore(_trainer.Parameters);
        }
        finally
        {
            _trainer.Tape.Profile = null;
        }
    }

    private TrainingResult Result() => new([.. _state.Results])
    {
        StopReason = _reason!.Value,
        BestEpoch = _state.Best.Epoch > 0 ? _state.Best.Epoch : null,
        Steps = _state.Steps,
        Elapsed = Elapsed,
        Profile = _profile?.Result(),
    };

    private void BeginEpoch()
    {
        if (_state.Position == 0)
        {
            _trainer.State.EpochsDone++;
            _trainer.Task.ResetBatchMetrics();
        }

        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        new CounterRandom(_options.Seed, ShuffleStream + (ulong)_trainer.State.EpochsDone).Shuffle<int>(_order);
    }

    private TrainingProgress Step()
    {
        int left = _order.Length - _state.Position;

        // A single pair left over would have no negative; it joins the batch before.
        Step(left == _options.BatchSize + 1L ? left : Math.Min(_options.BatchSize, left));
        long seen = ((long)(_state.Epoch - 1) * _order.Length) + _state.Position;
        return new TrainingProgress(_state.Epoch, _options.Epochs, seen, (long)_options.Epochs * _order.Length, _state.MeanLoss, Elapsed);
    }

    private void Step(int count)
    {
        long start = _profile is null ? 0 : Stopwatch.GetTimestamp();
        ReadOnlySpan<int> pairs = _order.AsSpan(_state.Position, count);
        (Variable<float> loss, double sum, double weight, RetrievalCounts counts) = _step.Run(pairs, _trainer.State.StepsDone++, _state.Epoch);
        _trainer.Tape.Backward(loss);
        _step.RequireFiniteGradients(_trainer.Parameters, loss, _state.Epoch);
        double rate = _trainer.HasStepListeners ? _trainer.Optimizer.CurrentLearningRate : 0;
        long updated = _profile is null ? 0 : Stopwatch.GetTimestamp();
        _trainer.Optimizer.Step(_trainer.Parameters, _trainer.Workers);
        _profile?.Add(start, updated);
        _state.Steps++;
        _state.Position += count;
        _state.Loss += sum;
        _state.Weight += weight;
        _state.RowsAlone += counts.RowsWithoutNegatives;
        _state.ColumnsAlone += counts.ColumnsWithoutNegatives;
        if (_trainer.HasStepListeners)
        {
            _trainer.Raise(new StepResult(
                _state.Steps, _state.Epoch, count, weight > 0 ? sum / weight : 0, rate, _trainer.Optimizer.GradientNorm, Elapsed));
        }
    }

    private void EndEpoch(CancellationToken cancellationToken)
    {
        int epoch = _state.Epoch;
        (IReadOnlyDictionary<string, double>? figures, bool isBest) = Validate(cancellationToken);
        var result = new EpochResult(epoch, _state.MeanLoss, Elapsed)
        {
            RowsWithoutNegatives = _state.RowsAlone,
            ColumnsWithoutNegatives = _state.ColumnsAlone,
            Metrics = _trainer.Task.BatchResults(),
            IsBest = isBest,
        };
        result = figures is null ? result : result with { Validation = figures };
        _state.Results.Add(result);
        _state.NextEpoch();
        _trainer.Raise(result);
        if (_options.Checkpoint?.EveryEpochs is { } every && epoch % every == 0 && !_state.WasCut)
        {
            Save();
        }
    }

    private (IReadOnlyDictionary<string, double>? Figures, bool IsBest) Validate(CancellationToken cancellationToken)
    {
        int epoch = _state.Epoch;
        if (_options.Validation is not { } validation || !(epoch % validation.EveryEpochs == 0 || epoch == _options.Epochs || _state.WasCut))
        {
            return (null, false);
        }

        _trainer.RequireFiniteParameters();
        WeightAverage<float>? average = _trainer.Optimizer.Average;
        average?.SwapIn(_trainer.Workers);
        try
        {
            IReadOnlyDictionary<string, double> figures = validation.Evaluate(cancellationToken)
                ?? throw new InvalidOperationException(FormattableString.Invariant($"Validation gave null after epoch {epoch}."));
            if (!figures.TryGetValue(validation.Metric, out double value))
            {
                throw new InvalidOperationException(FormattableString.Invariant(
                    $"Validation must give '{validation.Metric}', but after epoch {epoch} it gave {(figures.Count == 0 ? "nothing" : string.Join(", ", figures.Keys.Select(name => $"'{name}'")))}."));
            }

            return double.IsNaN(value)
                ? throw new InvalidOperationException(FormattableString.Invariant($"Validation must give a number as '{validation.Metric}', but after epoch {epoch} it gave NaN."))
                : (new Dictionary<string, double>(figures, StringComparer.Ordinal).AsReadOnly(), _state.Best.Observe(validation, epoch, value, _trainer.Parameters));
        }
        finally
        {
            average?.SwapOut();
        }
    }

    private void Save()
    {
        if (_checkpoint is null)
        {
            return;
        }

        _trainer.RequireFiniteParameters();
        _state.Elapsed = Elapsed;
        _checkpoint.Write(_state);
        _trainer.Raise(new SavedCheckpoint(_options.Checkpoint!.Path, _state.Epoch - 1, _state.Steps));
    }
}
