using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Indexing.Partitioned;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing.Partitioned;

/// <summary>Sizes at which sums of 32 bits, or numbers of elements, would overflow.</summary>
public class PartitionedLimitTests
{
    [Theory]
    [InlineData(131_071)]
    [InlineData(131_072)]
    public void Lists_of_bytes_whose_sums_32_bits_do_not_hold_are_refused_built_and_read(int dimensions)
    {
        var rows = new Tensor<float>(new Shape(1, dimensions));
        void Build() => PartitionedIndex<int>.Build(rows, [7], new() { Lists = PartitionedLists.EightBit, Iterations = 1 });
        void Read() => _ = new PartitionedStore(new PartitionedParts
        {
            Dimensions = dimensions,
            Centroids = rows.Memory,
            Offsets = new[] { 0, 1 },
            Rows = new[] { 0 },
            Packed = new byte[Int8Rows.PackedLength(1, dimensions)],
            Scales = new float[1],
        });
        if (dimensions < 131_072)
        {
            Build();
            Read();
            return;
        }

        Refusal.Of<ArgumentOutOfRangeException>(Build, "Lists must be", "131071", "131072", "EightBit");
        Refusal.Of<ArgumentException>(Read, "131071", "131072");
    }

    [Theory]
    [InlineData(200, 70_000, 2000)]
    [InlineData(1000, int.MaxValue / 8, 8)]
    [InlineData(1000, 8, int.MaxValue / 8)]
    [InlineData(1, 1, int.MaxValue)]
    public void Scores_of_centroids_that_are_made_at_once_fit_an_array(int queries, int heads, int partitions)
    {
        int ofPart = PartitionedSearch.QueriesOfPart(queries, heads, partitions);
        Assert.InRange(ofPart, 1, queries);
        Assert.InRange((long)ofPart * heads * partitions, 1, int.MaxValue);
    }
}
