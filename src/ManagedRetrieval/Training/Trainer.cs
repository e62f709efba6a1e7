using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Training;

/// <summary>Trains a two-tower model on pairs, each pair's candidate being a negative of the batch's other queries.</summary>
/// <remarks>
/// <para>
/// The same seed, data and kind of machine give the same bits, for any number of workers. Once the largest batch has
/// been seen, a step allocates nothing, unless the task has batch metrics, which grow. A trainer serves one thread at a time.
/// </para>
/// <para>
/// Training keeps the calling thread and the workers busy. Where the thread must stay free, run <see cref="Fit"/> by <see cref="Task.Run(Action)"/>;
/// where there is no other thread, as in a browser, <see cref="FitAsync"/> leaves it free between steps. Events are raised on the thread of the steps, between them.
/// </para>
/// </remarks>
/// <param name="model">The model to train.</param>
/// <param name="task">Makes the loss; candidates are named to it by their corpus rows.</param>
/// <param name="optimizer">Changes the parameters. It keeps its state from one run to the next.</param>
/// <param name="workers">Shares out the work; null runs on the calling thread. It is used, not owned.</param>
/// <param name="backend">Where matrix products run; null for the processor.</param>
/// <param name="timeProvider">Tells the time; null for the system's.</param>
public sealed class Trainer(
    TwoTowerModel model,
    RetrievalTask<float> task,
    Optimizer<float> optimizer,
    WorkerTeam? workers = null,
    IComputeBackend<float>? backend = null,
    TimeProvider? timeProvider = null)
{
    /// <summary>Raised after each step. With a listener, too, a step allocates nothing.</summary>
    public event EventHandler<StepResult>? StepCompleted;

    /// <summary>Raised at the end of each epoch, after its validation.</summary>
    public event EventHandler<EpochResult>? EpochCompleted;

    /// <summary>Raised when a checkpoint was saved.</summary>
    public event EventHandler<SavedCheckpoint>? CheckpointSaved;

    internal TwoTowerModel Model { get; } = model ?? throw new ArgumentNullException(nameof(model));

    internal RetrievalTask<float> Task { get; } = TrainingChecks.Reduced(task);

    internal Optimizer<float> Optimizer { get; } = optimizer ?? throw new ArgumentNullException(nameof(optimizer));

    internal WorkerTeam? Workers => workers;

    internal TimeProvider Time { get; } = timeProvider ?? TimeProvider.System;

    internal Tape<float> Tape { get; } = new(workers, backend);

    /// <summary>What training changes: the towers' parameters and the task's.</summary>
    internal IReadOnlyList<Parameter<float>> Parameters { get; } = [.. model.Parameters, .. task.Parameters];

    internal TrainerState State { get; } = new();

    internal bool HasStepListeners => StepCompleted is not null;

    /// <summary>Goes through the data.</summary>
    /// <remarks>
    /// A later call goes on where the last one stopped: five calls of one epoch give the bits of one call of five. An
    /// epoch that was cut short counts as done. Every epoch begins with the task's batch and loss metrics anew.
    /// </remarks>
    /// <param name="data">The pairs, at least 2, encoded with the model's features.</param>
    /// <param name="options">Epochs, batch size, seed.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops between steps; the model then holds what it has learnt so far.</param>
    /// <returns>One result for each epoch, and how the run ended.</returns>
    /// <exception cref="ArgumentException">
    /// There is one pair only, or the data was encoded with other features; the sampler draws from another corpus, or is not
    /// there to draw what it should; sampling probabilities are given but not used, are of another number than the corpus'
    /// rows, outside [0, 1], or 0 for a pair's candidate; a checkpoint within an epoch could not hold a
    /// loss metric; hard negatives are mined although the bias of sampling is corrected, or accidental hits are not removed.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="ArithmeticException">An embedding, a score, a loss or a gradient, or a parameter after the last step, is not finite. A step in which something is not finite is not taken; the message says where it began.</exception>
    /// <exception cref="InvalidOperationException">
    /// The sampler drew what is no row of the corpus, or a row to which it gives no probability; the optimizer's averaged weights
    /// are swapped in, or its schedule gives an impossible factor; validation gave no figure of the metric's name, or NaN.
    /// </exception>
    /// <exception cref="IOException">A checkpoint could not be written. The one before it is whole.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TrainingResult Fit(
        RetrievalDataset data, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options = Checked(data, options);
        return new TrainingRun(this, data, options, new RunState()).Run(progress, cancellationToken);
    }

    /// <summary>Goes through the data as <see cref="Fit"/> does, to the same bits, and lets others have the thread between steps.</summary>
    /// <remarks>Each step runs to its end on the caller's thread, or where its synchronization context puts it; a smaller <see cref="TrainingOptions.BatchSize"/> makes shorter steps.</remarks>
    /// <param name="data">The pairs, as in <see cref="Fit"/>.</param>
    /// <param name="afterStep">Awaited after every step; the next begins when it is done. What it throws ends the run, as cancelling does.</param>
    /// <param name="options">Epochs, batch size, seed.</param>
    /// <param name="cancellationToken">Stops between steps; the model then holds what it has learnt so far.</param>
    /// <returns>One result for each epoch, and how the run ended.</returns>
    /// <inheritdoc cref="Fit" path="/exception"/>
    public Task<TrainingResult> FitAsync(
        RetrievalDataset data, Func<TrainingProgress, ValueTask> afterStep, TrainingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(afterStep);
        options = Checked(data, options);
        return new TrainingRun(this, data, options, new RunState()).RunAsync(afterStep, cancellationToken);
    }

    /// <summary>Goes on from a checkpoint to the end of its run.</summary>
    /// <remarks>
    /// Model, task, optimizer, data and options must be made as they were for the run that saved it; what this trainer did so far is
    /// forgotten. On the same kind of machine the parameters, the optimizer's state and every epoch's figures then are, to the bit, those of a run that
    /// nobody disturbed. Of the options, <see cref="TrainingOptions.Epochs"/>, <see cref="TrainingOptions.TimeBudget"/>,
    /// <see cref="TrainingOptions.Checkpoint"/> and <see cref="TrainingOptions.Profile"/> may be others.
    /// </remarks>
    /// <param name="checkpoint">Where to go on.</param>
    /// <param name="data">The same pairs.</param>
    /// <param name="options">The same options.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>One result for each epoch of the whole run, and how it ended.</returns>
    /// <exception cref="ArgumentException">The checkpoint is of other data, options, optimizer settings, task or parameters, which the message names; nothing is changed then. Or as <see cref="Fit"/> has it.</exception>
    /// <exception cref="SnapshotFormatException">The checkpoint lacks something, or holds something that does not fit; nothing is changed then.</exception>
    /// <inheritdoc cref="Fit"/>
    public TrainingResult Resume(
        TrainingCheckpoint checkpoint,
        RetrievalDataset data,
        TrainingOptions? options = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        options = Checked(data, options);
        RunState state = new CheckpointReader(checkpoint.File).Restore(this, data, options);
        return new TrainingRun(this, data, options, state).Run(progress, cancellationToken);
    }

    internal void Raise(in StepResult step) => StepCompleted?.Invoke(this, step);

    internal void Raise(EpochResult epoch) => EpochCompleted?.Invoke(this, epoch);

    internal void Raise(in SavedCheckpoint checkpoint) => CheckpointSaved?.Invoke(this, checkpoint);

    /// <summary>The last update has no later loss that would show it.</summary>
    internal void RequireFiniteParameters()
    {
        foreach (Parameter<float> parameter in Parameters)
        {
            if (!TensorPrimitives.IsFiniteAll<float>(parameter.Value.Span))
            {
                throw new ArithmeticException($"The parameter '{parameter.Name}' is no longer finite after the last step; a smaller learning rate may help.");
            }
        }
    }

    private TrainingOptions Checked(RetrievalDataset data, TrainingOptions? options)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new TrainingOptions();
        TrainingChecks.HardNegatives(options, Task.Options);
        TrainingChecks.Options(options, data, Model.Dimensions);
        TrainingChecks.Run(options, Task.Options);
        TrainingChecks.Data(Model, data);
        Optimizer.Average?.RequireSwappedOut();
        return options;
    }
}
