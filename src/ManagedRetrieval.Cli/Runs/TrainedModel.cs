using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What came of one training.</summary>
internal sealed record TrainedModel
{
    public required TwoTowerModel<Entity, Entity> Model { get; init; }

    public required ulong Seed { get; init; }

    public required TrainingResult Result { get; init; }

    /// <summary>What the doctor found after each epoch.</summary>
    public required IReadOnlyList<EpochHealth> Health { get; init; }

    /// <summary>The time that training took, without that of the doctor and of looking at the validation part.</summary>
    public required TimeSpan TrainingTime { get; init; }

    /// <summary>Null where nothing was held out.</summary>
    public QueryRanks? Validation { get; init; }

    public QueryRanks? Test { get; init; }

    /// <summary>[corpus, dimensions].</summary>
    public required Tensor<float> Corpus { get; init; }

    public required ReadOnlyMemory<float> SamplingProbability { get; init; }
}
