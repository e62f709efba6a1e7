using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>This library's partitioned index.</summary>
/// <param name="lists">What its lists hold.</param>
internal sealed class Partitioned(PartitionedLists lists) : OurIndex<PartitionedIndex<int>>
{
    public override string Index => lists == PartitionedLists.FourBit ? "partitioned-4bit" : "partitioned-8bit";

    public override bool IsExact => false;

    public override IReadOnlyList<IReadOnlyList<Parameters>> Searches =>
    [
        .. (lists == PartitionedLists.FourBit ? (int[])[64, 128, 256, 512, 1024, 2048] : [20, 40]).Select(rescored =>
            (IReadOnlyList<Parameters>)[.. ((int[])[4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768]).Select(probes =>
                new Parameters(("probes", probes), ("rescored", rescored)))]),
    ];

    public override IReadOnlyList<Parameters> Builds(int rows) =>
        [.. ((double[])[2, 4]).Select(roots => new Parameters(("partitions", (int)(roots * Math.Sqrt(rows)))))];

    protected override PartitionedIndex<int> Make(Tensor<float> rows, Parameters parameters, WorkerTeam team) => PartitionedIndex<int>.Build(
        rows, new RowNumbers(rows.Shape.Rows), new PartitionedOptions { Partitions = parameters["partitions"], Lists = lists }, workers: team);

    protected override long Bytes(PartitionedIndex<int> index) => index.StoredBytes;

    protected override TopKIndex<int> Searching(PartitionedIndex<int> index, Parameters parameters, WorkerTeam team) =>
        new PartitionedIndex<int>(index.Store, index.Identifiers, index.Similarity, parameters["probes"], parameters["rescored"], team);
}
