using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Sampling;

namespace ManagedRetrieval.Training;

/// <summary>Brings a trainer to where a checkpoint was saved.</summary>
internal sealed class CheckpointReader(SafetensorsFile file)
{
    /// <summary>Reads all there is and changes nothing before it has.</summary>
    /// <exception cref="ArgumentException">The checkpoint is of other settings; the message says which.</exception>
    /// <exception cref="SnapshotFormatException">Something is missing, or does not fit.</exception>
    public RunState Restore(Trainer trainer, RetrievalDataset data, TrainingOptions options)
    {
        OptimizerState<float> optimizer = Optimizer();
        RequireSameSettings(Fingerprint.Of(trainer, data, options, Fingerprint.HashOf(data), OptimizerSteps()));
        RunState state = State();
        if (state.Position > data.Count || state.Epoch - (state.Position == 0 ? 1 : 0) > options.Epochs)
        {
            throw new ArgumentException(
                $"Epochs must be at least the {state.Epoch - (state.Position == 0 ? 1 : 0)} that the checkpoint has begun, not {options.Epochs}.", nameof(options));
        }

        IReadOnlyList<Parameter<float>> parameters = trainer.Parameters;
        float[][] values = Values(CheckpointNames.Parameter, parameters);
        state.Best.Parameters = state.Best.Epoch > 0 && options.Validation is { RestoreBest: true } ? Values(CheckpointNames.Best, parameters) : null;
        CandidateMemory<float>? memory = Fitting("memory", () => Memory(options, trainer.Model.Dimensions));
        Tensor<float> index = options.HardNegatives is null ? default : Index(data.Candidates.Count, trainer.Model.Dimensions);
        long[] numbers = file.GetLongs(CheckpointNames.Numbers);

        // From here on something changes: first what may still refuse, and starts anew with every epoch anyway; then what refuses before it changes.
        if (state.Position > 0)
        {
            trainer.Task.ReadBatchMetrics(file, CheckpointNames.TaskMetrics);
        }

        Fitting("optimizer", () =>
        {
            trainer.Optimizer.ImportState(optimizer, parameters);
            return optimizer;
        });
        for (int i = 0; i < parameters.Count; i++)
        {
            values[i].CopyTo(parameters[i].Value.Span);
        }

        (trainer.State.StepsDone, trainer.State.EpochsDone) = (unchecked((ulong)numbers[0]), (int)numbers[1]);
        trainer.State.HardNegatives = (data, index);
        trainer.State.Memory = memory is null ? default : (data, options.CorrectSamplingBias, memory);
        return state;
    }

    /// <summary>The run's own part, without parameters.</summary>
    /// <exception cref="SnapshotFormatException">Something is missing, or does not fit.</exception>
    public RunState State()
    {
        file.RequireShape(CheckpointNames.Numbers, SafetensorsType.I64, CheckpointNames.NumberCount);
        file.RequireShape(CheckpointNames.Sums, SafetensorsType.F64, CheckpointNames.SumCount);
        long[] numbers = file.GetLongs(CheckpointNames.Numbers);
        double[] sums = file.GetDoubles(CheckpointNames.Sums);
        foreach (long number in numbers.AsSpan(1))
        {
            if (number < 0)
            {
                throw SnapshotFormatException.InTensor(file.Source, CheckpointNames.Numbers, FormattableString.Invariant($"holds {number}, expected no negative number."));
            }
        }

        var state = new RunState
        {
            Steps = numbers[2],
            Epoch = (int)numbers[3],
            Position = (int)numbers[4],
            RowsAlone = (int)numbers[5],
            ColumnsAlone = (int)numbers[6],
            Elapsed = new TimeSpan(numbers[7]),
            Loss = sums[0],
            Weight = sums[1],
            Best = new BestEpoch { Epoch = (int)numbers[8], LastLook = (int)numbers[9], Value = sums[2] },
        };
        state.Results.AddRange(EpochResults.Read(file, CheckpointNames.Epochs));
        return state;
    }

    private int OptimizerSteps()
    {
        file.RequireShape(CheckpointNames.OptimizerCounts + "steps", SafetensorsType.I32, 1);
        return Math.Max(0, file.GetInts(CheckpointNames.OptimizerCounts + "steps")[0]);
    }

    private void RequireSameSettings(IReadOnlyDictionary<string, string> settings)
    {
        Dictionary<string, string> saved = file.Metadata
            .Where(pair => pair.Key.StartsWith(CheckpointNames.Setting, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[CheckpointNames.Setting.Length..], pair => pair.Value, StringComparer.Ordinal);
        string[] different =
        [
            .. saved.Keys.Union(settings.Keys, StringComparer.Ordinal)
                .Where(name => saved.GetValueOrDefault(name) != settings.GetValueOrDefault(name))
                .Order(StringComparer.Ordinal)
                .Select(name => $"{name} was {saved.GetValueOrDefault(name, "not there")} and is {settings.GetValueOrDefault(name, "not there")}"),
        ];
        if (different.Length > 0)
        {
            throw new ArgumentException($"The checkpoint '{file.Source}' cannot go on with other settings than it was saved with: {string.Join("; ", different)}.");
        }
    }

    private float[][] Values(string prefix, IReadOnlyList<Parameter<float>> parameters) =>
    [
        .. parameters.Select(parameter =>
        {
            float[] values = new float[parameter.Value.Shape.Length];
            file.ReadFloats(prefix + parameter.Name, values);
            return values;
        }),
    ];

    private OptimizerState<float> Optimizer()
    {
        var state = new OptimizerState<float>();
        foreach (SafetensorsInfo info in file.Tensors)
        {
            if (info.Name.StartsWith(CheckpointNames.OptimizerTensor, StringComparison.Ordinal))
            {
                state.AddTensor(info.Name[CheckpointNames.OptimizerTensor.Length..], new Tensor<float>(ShapeOf(info), file.GetFloats(info.Name)));
            }
            else if (info.Name.StartsWith(CheckpointNames.OptimizerCounts, StringComparison.Ordinal))
            {
                state.AddCounts(info.Name[CheckpointNames.OptimizerCounts.Length..], file.GetInts(info.Name));
            }
        }

        return state;
    }

    private Shape ShapeOf(SafetensorsInfo info)
    {
        // The file holds as many elements, so each length fits an int unless another is 0.
        int[] lengths = [.. info.Shape.Select(length => (int)Math.Min(length, int.MaxValue))];
        return lengths.Length switch
        {
            1 => new Shape(lengths[0]),
            2 => new Shape(lengths[0], lengths[1]),
            3 => new Shape(lengths[0], lengths[1], lengths[2]),
            _ => throw SnapshotFormatException.InTensor(file.Source, info.Name, "is a single value, expected one to three axes."),
        };
    }

    private CandidateMemory<float>? Memory(TrainingOptions options, int dimensions)
    {
        if (options.MemoryCapacity == 0)
        {
            return null;
        }

        float[] embeddings = file.GetFloats(CheckpointNames.MemoryEmbeddings);
        int[] ids = file.GetInts(CheckpointNames.MemoryIds);
        file.RequireShape(CheckpointNames.MemoryEmbeddings, SafetensorsType.F32, ids.Length, dimensions);
        file.RequireShape(CheckpointNames.MemoryStep, SafetensorsType.I64);
        var memory = new CandidateMemory<float>(options.MemoryCapacity, dimensions, options.MemoryMaximumAge);
        memory.Restore(
            new Tensor<float>(new Shape(ids.Length, dimensions), embeddings),
            ids.Length == 0 ? default : new CandidateIds((ReadOnlyMemory<int>)ids),
            file.GetFloats(CheckpointNames.MemoryProbabilities),
            file.GetLongs(CheckpointNames.MemorySteps),
            file.GetLongs(CheckpointNames.MemoryStep)[0]);
        return memory;
    }

    private Tensor<float> Index(int candidates, int dimensions)
    {
        file.RequireShape(CheckpointNames.HardNegatives, SafetensorsType.F32, candidates, dimensions);
        var index = new Tensor<float>(new Shape(candidates, dimensions));
        file.ReadFloats(CheckpointNames.HardNegatives, index.Span);
        return index;
    }

    /// <summary>The settings are the same and the checksums right, so what does not fit now was not saved by this library as it is.</summary>
    private TResult Fitting<TResult>(string what, Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (ArgumentException failure)
        {
            throw new SnapshotFormatException($"'{file.Source}': the state of the {what} does not fit: {failure.Message}", failure);
        }
    }
}
