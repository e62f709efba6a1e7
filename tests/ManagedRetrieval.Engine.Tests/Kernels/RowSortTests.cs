using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class RowSortTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(2049)]
    [InlineData(1 << 22)]
    [InlineData((1 << 22) + 1)]
    [InlineData(int.MaxValue)]
    public void Sorts_like_a_stable_sort(int rows) => RandomCases.Check(
        draw => SortsLikeAStableSort(draw, draw.Between(0, draw.Size), rows, WorkerTeam.Inline), cases: 30, size: 300);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Several_parts_sort_like_a_stable_sort_with_any_number_of_workers(int workers)
    {
        using var team = new WorkerTeam(workers);
        RandomCases.Check(
            draw => SortsLikeAStableSort(
                draw, draw.OneOf(65_535, 65_536, 65_537, 98_304, 270_001), draw.OneOf(1, 5, 1_000_000, int.MaxValue), team),
            cases: 12);
    }

    [Fact]
    public void An_entry_gives_back_its_row_and_its_value()
    {
        foreach (int row in (int[])[0, 1, int.MaxValue - 1])
        {
            foreach (int value in (int[])[0, 1, int.MaxValue])
            {
                Assert.Equal((row, value), (RowSort.RowOf(RowSort.Entry(row, value)), RowSort.ValueOf(RowSort.Entry(row, value))));
            }
        }
    }

    private static void SortsLikeAStableSort(Draw draw, int count, int rows, WorkerTeam team)
    {
        int[] keys = draw.Ids(count, draw.OneOf(rows, Math.Min(rows, 5)));
        for (int i = 0; i < count; i++)
        {
            keys[i] = draw.Below(4) == 0 ? rows - 1 - (keys[i] % Math.Min(rows, 3)) : keys[i];
        }

        // Values fall where positions rise, so that a sort by row and value would not do.
        ulong[] entries = [.. keys.Select((key, position) => RowSort.Entry(key, int.MaxValue - position))];
        ulong[] expected = [.. entries.OrderBy(RowSort.RowOf)];
        RowSort.Sort(entries, rows, new ulong[count], new int[RowSort.CountsLength(count, rows)], team);
        Assert.Equal(expected, entries);
    }
}
