using System.Globalization;
using System.Runtime.InteropServices;
using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Training;

/// <summary>All that must be the same where a run goes on, by name.</summary>
/// <remarks>
/// Types of the caller's own, such as a sampler, a schedule or a loss, are known by their names and by what they answer: they cannot be looked into.
/// </remarks>
internal static class Fingerprint
{
    /// <param name="trainer">Its parameters, optimizer and task.</param>
    /// <param name="data">The pairs.</param>
    /// <param name="options">Those of the run.</param>
    /// <param name="dataHash">See <see cref="HashOf"/>.</param>
    /// <param name="optimizerSteps">The optimizer's steps so far, up to which the schedule is asked.</param>
    public static SortedDictionary<string, string> Of(Trainer trainer, RetrievalDataset data, TrainingOptions options, ulong dataHash, int optimizerSteps)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["data"] = FormattableString.Invariant($"{data.Count} pairs over {data.Candidates.Count} candidates, hash {dataHash:x16}"),
        };
        AddTower(settings, "query", trainer.Model.QueryTower);
        AddTower(settings, "candidate", trainer.Model.CandidateTower);
        settings["matryoshka dimensions"] = trainer.Model.MatryoshkaDimensions.Count == 0 ? "none" : string.Join(", ", trainer.Model.MatryoshkaDimensions.Select(dimensions => Text(dimensions)));
        foreach (Parameter<float> parameter in trainer.Parameters)
        {
            settings[$"shape of '{parameter.Name}'"] = parameter.Value.Shape.ToString();
        }

        foreach ((string name, string value) in trainer.Optimizer.Settings(trainer.Parameters, optimizerSteps))
        {
            settings["optimizer's " + name] = value;
        }

        AddOptions(settings, options);
        AddValidation(settings, options.Validation);
        AddTask(settings, trainer.Task.Options);
        return settings;
    }

    /// <summary>A hash of every number of the data.</summary>
    public static ulong HashOf(RetrievalDataset data)
    {
        var hash = new XxHash64();
        Append(hash, data.Queries);
        Append(hash, data.Candidates);
        hash.Append(MemoryMarshal.AsBytes<int>(data.Positives));
        hash.Append(MemoryMarshal.AsBytes<float>(data.Weights));
        hash.Append(MemoryMarshal.AsBytes<int>(data.Known?.Groups ?? []));
        if (data.Negatives is { } negatives)
        {
            Append(hash, new EncodedBatch(negatives));
        }

        return hash.Digest();
    }

    private static void AddTower(SortedDictionary<string, string> settings, string side, Tower<float> tower)
    {
        settings[side + " tower"] = FormattableString.Invariant(
            $"{tower.Signature}, read by {string.Join(", ", tower.Inputs.Select(Text))}, joined by {tower.Join}, then {(tower.Layers.Count == 0 ? "nothing" : string.Join(", ", tower.Layers.Select(Text)))}{(tower.Normalize ? ", normalised" : "")}");
    }

    // Widths, norms and learnt weights show in the shapes of the parameters.
    private static string Text(TowerInput<float> input) => input switch
    {
        BagInput<float> bag => $"{bag.Combiner} of '{bag.Table.Name}'{(bag.Weights is null ? "" : ", weighted")}",
        SequenceInput<float> sequence => $"{Text(sequence.Encoder)} of '{sequence.Table.Name}'",
        _ => TypeName(input),
    };

    private static string Text(HistoryEncoder<float> encoder) => encoder is CausalAttentionHistory<float> causal
        ? FormattableString.Invariant($"{TypeName(encoder)} with dropout {causal.DropoutRate} of seed {causal.DropoutSeed}")
        : TypeName(encoder);

    private static string Text(Layer<float> layer) => layer is DenseLayer<float> dense
        ? FormattableString.Invariant($"{TypeName(dense)} with {dense.Activation}{(dense.Residual ? ", residual" : "")}, dropout {dense.DropoutRate} of seed {dense.DropoutSeed}")
        : TypeName(layer);

    private static string TypeName(object part) => part.GetType().Name.Split('`')[0];

    private static void Append(XxHash64 hash, EncodedBatch batch)
    {
        foreach (EncodedColumn column in batch.Columns)
        {
            switch (column)
            {
                case RaggedIds ids:
                    hash.Append(MemoryMarshal.AsBytes(ids.Ids.Span));
                    hash.Append(MemoryMarshal.AsBytes(ids.Offsets.Span));
                    break;
                case DenseRows rows:
                    hash.Append(MemoryMarshal.AsBytes(rows.Values.Span));
                    break;
                default:
                    throw new NotSupportedException($"A column of type {column.GetType().Name} has no hash.");
            }
        }
    }

    private static void AddOptions(SortedDictionary<string, string> settings, TrainingOptions options)
    {
        settings[nameof(options.BatchSize)] = Text(options.BatchSize);
        settings[nameof(options.Seed)] = Text(options.Seed);
        settings[nameof(options.CorrectSamplingBias)] = Text(options.CorrectSamplingBias);
        settings[nameof(options.CandidateSamplingProbability)] = options.CandidateSamplingProbability.IsEmpty
            ? "none" : FormattableString.Invariant($"hash {XxHash64.Hash(MemoryMarshal.AsBytes(options.CandidateSamplingProbability.Span)):x16}");
        settings[nameof(options.NegativeSampler)] = options.NegativeSampler is { } sampler ? Text(sampler, options) : "none";
        settings[nameof(options.SampledNegatives)] = Text(options.SampledNegatives);
        settings[nameof(options.MemoryCapacity)] = Text(options.MemoryCapacity);
        settings[nameof(options.MemoryMaximumAge)] = Text(options.MemoryMaximumAge);
        settings[nameof(options.HardNegatives)] = options.HardNegatives is { } hard
            ? FormattableString.Invariant($"{hard.PerQuery} a query after {hard.Skip}, every {hard.EverySteps} steps") : "none";
    }

    private static void AddValidation(SortedDictionary<string, string> settings, Validation? validation)
    {
        settings["validation"] = validation?.Metric ?? "none";
        if (validation is not null)
        {
            settings[nameof(validation.LowerIsBetter)] = Text(validation.LowerIsBetter);
            settings["validation's " + nameof(validation.EveryEpochs)] = Text(validation.EveryEpochs);
            settings[nameof(validation.Patience)] = validation.Patience is { } patience ? Text(patience) : "none";
            settings[nameof(validation.MinimumImprovement)] = Text(validation.MinimumImprovement);
            settings[nameof(validation.RestoreBest)] = Text(validation.RestoreBest);
        }
    }

    private static string Text(IRetrievalLoss<float> loss) => loss switch
    {
        SoftmaxLoss<float> softmax => FormattableString.Invariant($"{TypeName(loss)} with label smoothing {softmax.LabelSmoothing}, several positives by {softmax.Form}"),
        HingeLoss<float> hinge => FormattableString.Invariant($"{TypeName(loss)} with margin {hinge.Margin}"),
        _ => TypeName(loss),
    };

    private static void AddTask(SortedDictionary<string, string> settings, RetrievalTaskOptions<float> task)
    {
        settings["task's loss"] = Text(task.Loss ?? new SoftmaxLoss<float>());
        settings["task's " + nameof(task.Reduction)] = task.Reduction.ToString();
        settings["task's " + nameof(task.Temperature)] = task.Temperature is { } temperature ? Text(temperature) : "none";
        settings["task's " + nameof(task.LearnTemperature)] = Text(task.LearnTemperature);
        settings["task's " + nameof(task.SamplingCorrection)] = task.SamplingCorrection.ToString();
        settings["task's " + nameof(task.NumberOfHardNegatives)] = task.NumberOfHardNegatives is { } hard ? Text(hard) : "all";
        settings["task's " + nameof(task.RemoveAccidentalHits)] = Text(task.RemoveAccidentalHits);
        settings["task's " + nameof(task.MaskedPositive)] = task.MaskedPositive.ToString();
        settings["task's " + nameof(task.Symmetric)] = Text(task.Symmetric);
        settings["task's " + nameof(task.TfrsCompatible)] = Text(task.TfrsCompatible);
        settings["task's metrics"] = string.Join(", ", task.BatchMetrics.Select(metric => metric.Name).Concat(task.LossMetrics.Select(metric => metric.Name)));
    }

    /// <summary>A sampler by what it draws in a step and how probable it says that is.</summary>
    private static string Text(ICandidateSampler sampler, TrainingOptions options)
    {
        int[] rows = new int[options.SampledNegatives];
        float[] probabilities = new float[rows.Length];
        sampler.Sample(options.Seed, 0, rows);
        if (rows.All(row => row >= 0 && row < sampler.Count))
        {
            sampler.Probabilities(rows, probabilities);
        }

        var hash = new XxHash64();
        hash.Append(MemoryMarshal.AsBytes<int>(rows));
        hash.Append(MemoryMarshal.AsBytes<float>(probabilities));
        return FormattableString.Invariant($"{sampler.GetType().Name} over {sampler.Count}, hash {hash.Digest():x16}");
    }

    private static string Text(bool value) => value ? "on" : "off";

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
