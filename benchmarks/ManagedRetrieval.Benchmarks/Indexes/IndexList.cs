using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>What is measured.</summary>
internal static class IndexList
{
    /// <summary>Indexes that look at every candidate; each is compared with those after it.</summary>
    public static IReadOnlyList<Func<IIndexUnderTest>> Exact { get; } = [() => new ExactInt8(), () => new BruteForceFloat(), () => new FaissFlat()];

    /// <summary>Indexes that look at some of the candidates only.</summary>
    public static IReadOnlyList<Func<IIndexUnderTest>> Approximate { get; } =
    [
        () => new Partitioned(PartitionedLists.FourBit),
        () => new Partitioned(PartitionedLists.EightBit),
        () => new FaissIvfPq(),
        () => new HnswLib(),
    ];

    /// <summary>Indexes of this library that are made from batches, for what does not fit otherwise.</summary>
    public static IReadOnlyList<Func<ILargeIndex>> Large { get; } = [() => new LargeFloat(), () => new LargeInt8()];
}
