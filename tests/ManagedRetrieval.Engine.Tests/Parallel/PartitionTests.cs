using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Parallel;

public class PartitionTests
{
    [Fact]
    public void Parts_cover_every_row_once_in_order() => RandomCases.Check(
        draw =>
        {
            int rows = draw.Between(0, draw.Size);
            Covers(Partition.BySize(rows, draw.Between(1, 2 * draw.Size)), rows);
            Covers(Partition.ByCost(rows, draw.OneOf(0, 1, 100, 20_000, long.MaxValue)), rows);
        },
        size: 2000);

    [Fact]
    public void Costly_rows_are_cut_finer_than_cheap_ones_and_a_huge_row_stands_alone()
    {
        Assert.Equal(1, Partition.ByCost(1000, 1).Parts);
        Assert.InRange(Partition.ByCost(1000, 1000).Parts, 2, 999);
        Assert.Equal(1000, Partition.ByCost(1000, 1 << 20).Parts);
    }

    [Fact]
    public void Lists_that_are_longer_on_average_are_cut_finer()
    {
        Assert.Equal(0, Partition.OfLists(0, 0, 100).Parts);
        Assert.Equal(1, Partition.OfLists(100, 100, 1).Parts);
        Assert.InRange(Partition.OfLists(100, 10_000, 10).Parts, 2, 99);
        Assert.Equal(100, Partition.OfLists(100, 10_000, 1 << 14).Parts);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(int.MaxValue - 1000)]
    public void As_many_rows_as_there_can_be_are_covered(int rows)
    {
        Partition partition = Partition.ByCost(rows, 1);
        Assert.True(partition.Parts > 0);
        (int start, int count) = partition[partition.Parts - 1];
        Assert.True(count > 0);
        Assert.Equal(rows, start + (long)count);
    }

    private static void Covers(Partition partition, int rows)
    {
        int next = 0;
        for (int part = 0; part < partition.Parts; part++)
        {
            (int start, int count) = partition[part];
            Assert.Equal(next, start);
            Assert.True(count > 0, $"part {part} of {rows} rows is empty");
            next += count;
        }

        Assert.Equal(rows, next);
    }
}
