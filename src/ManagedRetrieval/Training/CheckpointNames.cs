namespace ManagedRetrieval.Training;

/// <summary>What things are called in a checkpoint's file.</summary>
internal static class CheckpointNames
{
    /// <summary>The metadata key whose value says what the file is.</summary>
    public const string FormatKey = "format";

    public const string Format = "ManagedRetrieval training checkpoint";

    public const string VersionKey = "version";

    public const string Version = "1";

    /// <summary>Before the name of each setting in the metadata.</summary>
    public const string Setting = "setting: ";

    /// <summary>I64: steps and epochs of the trainer; steps, epoch and position of the run; rows and columns alone; ticks; best epoch and last look.</summary>
    public const string Numbers = "run.numbers";

    public const int NumberCount = 10;

    /// <summary>F64: Σ w · l and Σ w of the epoch, and the best epoch's metric.</summary>
    public const string Sums = "run.sums";

    public const int SumCount = 3;

    public const string Epochs = "run.epochs";

    public const string TaskMetrics = "task";

    public const string Parameter = "parameter/";

    public const string Best = "best/";

    public const string OptimizerTensor = "optimizer/tensor/";

    public const string OptimizerCounts = "optimizer/counts/";

    public const string MemoryEmbeddings = "memory.embeddings";

    public const string MemoryIds = "memory.ids";

    public const string MemoryProbabilities = "memory.probabilities";

    public const string MemorySteps = "memory.steps";

    public const string MemoryStep = "memory.step";

    public const string HardNegatives = "hard_negatives.index";
}
