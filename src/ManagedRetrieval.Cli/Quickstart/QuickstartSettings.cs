using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Features;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Cli.Quickstart;

/// <summary>What the quickstart is asked for, and the model it trains. The model was chosen on the validation pairs alone.</summary>
internal sealed record QuickstartSettings
{
    public const int DefaultEpochs = 12;

    public ulong Seed { get; init; } = 1;

    public int Epochs { get; init; } = DefaultEpochs;

    public string OutputDirectory { get; init; } = "out";

    public string? JsonFile { get; init; }

    public int Workers { get; init; } = 1;

    /// <summary>Where the large products run, as --backend names it; null for the processor.</summary>
    public string? Backend { get; init; }

    /// <summary>Sentences and names share features, so both towers read the same parts of words into one table.</summary>
    public TextFeatureOptions Features { get; init; } = new() { MinimumCharacterNGram = 3, MaximumCharacterNGram = 5 };

    public TwoTowerOptions Towers => new()
    {
        Dimensions = 128,
        ShareTable = true,
        Combiner = BagCombiner.Mean,
        Linear = false,
        Normalize = true,
        Seed = Seed,
    };

    public RetrievalTaskOptions<float> Task { get; init; } = new() { Temperature = 0.07, RemoveAccidentalHits = true };

    public double LearningRate { get; init; } = 0.001;

    public TrainingOptions Training => new() { Epochs = Epochs, BatchSize = 1024, Seed = Seed };

    public string ModelFile => Path.Combine(OutputDirectory, "model.safetensors");
}
