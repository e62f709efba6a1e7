using ManagedRetrieval.Checks;
using ManagedRetrieval.Data;
using ManagedRetrieval.Features;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Training;

/// <summary>The door of training: whatever does not fit is refused before anything is changed.</summary>
internal static class TrainingChecks
{
    public static RetrievalTask<float> Reduced(RetrievalTask<float> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Options.Reduction == LossReduction.None
            ? throw new ArgumentException("The task must reduce its loss to one number, by Sum or Mean, not None.", nameof(task))
            : task;
    }

    public static void Data(TwoTowerModel model, RetrievalDataset data)
    {
        if (data.Count < 2)
        {
            throw new ArgumentException("data must hold at least 2 pairs, each the negative of the other, not 1.", nameof(data));
        }

        (FeatureSignature queries, FeatureSignature candidates) = (model.QueryTower.Signature, model.CandidateTower.Signature);
        if (!data.QueryFeatures.Equals(queries) || !data.CandidateFeatures.Equals(candidates))
        {
            throw new ArgumentException(
                $"data was encoded with {data.QueryFeatures} and {data.CandidateFeatures}, but the model's towers read {queries} and {candidates}.", nameof(data));
        }
    }

    public static void Options(TrainingOptions options, RetrievalDataset data, int dimensions)
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

        if (data.Negatives is not null && options.CorrectSamplingBias)
        {
            throw new ArgumentException("CorrectSamplingBias cannot be on where the data has negatives of its own, which have no sampling probability to correct by.", nameof(options));
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
            throw Argument.OtherCount(nameof(options.CandidateSamplingProbability), probabilities.Length, corpus, "rows of the corpus", nameof(options));
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
        long pairs = Math.Min(options.BatchSize + 1L, data.Count), mined = pairs * Math.Min(options.HardNegatives?.PerQuery ?? 0, corpus);
        long columns = pairs + options.SampledNegatives + mined + options.MemoryCapacity;
        if (columns * Math.Max(pairs, dimensions) > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), columns, $"BatchSize, SampledNegatives and MemoryCapacity{(mined > 0 ? " and HardNegatives" : "")} give a step {pairs} pairs and {columns} candidates; more than one tensor can hold the scores of.");
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

    /// <summary>What is mined.</summary>
    public static void HardNegatives(TrainingOptions options, RetrievalTaskOptions<float> task)
    {
        if (options.HardNegatives is not { } hard)
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(hard.EverySteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hard.PerQuery, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(hard.Skip);
        if (options.CorrectSamplingBias)
        {
            throw new ArgumentException("HardNegatives and CorrectSamplingBias exclude each other: what is searched for has no sampling probability to correct by.", nameof(options));
        }

        if (!task.RemoveAccidentalHits)
        {
            throw new ArgumentException("HardNegatives needs a task with RemoveAccidentalHits: what is found for one query is often right for another.", nameof(options));
        }
    }

    /// <summary>What is judged, how long it takes and where it is saved.</summary>
    public static void Run(TrainingOptions options, RetrievalTaskOptions<float> task)
    {
        if (options.TimeBudget is { } budget)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(budget, TimeSpan.Zero, nameof(options.TimeBudget));
        }

        if (options.Validation is { } validation)
        {
            ArgumentNullException.ThrowIfNull(validation.Evaluate);
            ArgumentException.ThrowIfNullOrEmpty(validation.Metric);
            ArgumentOutOfRangeException.ThrowIfLessThan(validation.EveryEpochs, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(validation.Patience ?? 1, 1, nameof(validation.Patience));
            if (!(validation.MinimumImprovement >= 0 && double.IsFinite(validation.MinimumImprovement)))
            {
                throw new ArgumentOutOfRangeException(nameof(options), validation.MinimumImprovement, "MinimumImprovement must be finite and not negative.");
            }
        }

        if (options.Checkpoint is { } checkpoint)
        {
            Checkpoint(checkpoint, options, task);
        }
    }

    private static void Checkpoint(CheckpointOptions checkpoint, TrainingOptions options, RetrievalTaskOptions<float> task)
    {
        ArgumentException.ThrowIfNullOrEmpty(checkpoint.Path);
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpoint.EverySteps ?? 1, 1, nameof(checkpoint.EverySteps));
        ArgumentOutOfRangeException.ThrowIfLessThan(checkpoint.EveryEpochs ?? 1, 1, nameof(checkpoint.EveryEpochs));

        // Now, not when hours of training would be lost.
        string folder = Path.GetDirectoryName(Path.GetFullPath(checkpoint.Path)) ?? checkpoint.Path;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The checkpoint '{checkpoint.Path}' cannot be saved: there is no folder '{folder}'.");
        }

        bool withinEpochs = checkpoint.EverySteps is not null || options.TimeBudget is not null;
        if (withinEpochs && task.LossMetrics.FirstOrDefault(metric => metric is not ILossMetricState) is { } metric)
        {
            throw new ArgumentException(
                $"The loss metric '{metric.Name}' does not implement {nameof(ILossMetricState)}, so a checkpoint within an epoch cannot hold it; save at the end of epochs, without a time budget.",
                nameof(options));
        }
    }
}
