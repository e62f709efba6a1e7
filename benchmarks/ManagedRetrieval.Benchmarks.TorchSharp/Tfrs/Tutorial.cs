using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;

/// <summary>The setting of TensorFlow Recommenders' tutorial "basic retrieval": what both sides are told.</summary>
/// <remarks>
/// One thing differs from the tutorial: it caches its batches, so that every epoch sees the same ones in the same order; here
/// each epoch has a new order.
/// </remarks>
internal static class Tutorial
{
    public const int Dimensions = 32, BatchSize = 8192, Epochs = 3;

    public const double LearningRate = 0.1, InitialAccumulator = 0.1, Epsilon = 1e-7, EmbeddingScale = 0.05, TestShare = 0.2;

    /// <summary>As TensorFlow Recommenders has it, whose in_top_k lets a positive in that ties with the last place.</summary>
    public const TiePolicy Ties = TiePolicy.Optimistic;

    /// <summary>The stream of the trainer's order of pairs, to which the epoch's number is added.</summary>
    private const ulong ShuffleStream = 0x5348_5546;

    /// <summary>The cut-offs of top-k accuracy.</summary>
    public static IReadOnlyList<int> Ks { get; } = [1, 5, 10, 50, 100];

    /// <summary>The batches of an epoch, as the trainer cuts them: numbers of pairs.</summary>
    /// <param name="pairs">How many there are.</param>
    /// <param name="seed">The trainer's.</param>
    /// <param name="epoch">From 1.</param>
    public static IEnumerable<int[]> Batches(int pairs, ulong seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, pairs)];
        new CounterRandom(seed, ShuffleStream + (ulong)epoch).Shuffle<int>(order);
        return order.Chunk(BatchSize);
    }
}
