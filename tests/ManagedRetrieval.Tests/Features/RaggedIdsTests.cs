using FsCheck.Xunit;
using ManagedRetrieval.Features;

namespace ManagedRetrieval.Tests.Features;

public sealed class RaggedIdsTests
{
    [Property]
    public void It_holds_what_a_list_of_lists_holds(ushort[][] rows, bool idById)
    {
        RaggedIds ragged = Build(rows, idById);

        AssertEqual(ToLists(rows), ragged);
    }

    [Property]
    public void Gather_copies_the_named_rows_over_whatever_was_there(ushort[][] rows, ushort[] picks, ushort[][] before)
    {
        RaggedIds source = Build(rows, idById: false);
        int[] chosen = rows.Length == 0 ? [] : [.. picks.Select(pick => pick % rows.Length)];
        RaggedIds destination = Build(before, idById: false);
        destination.Append(7);

        destination.Gather(source, chosen);

        List<List<int>> lists = ToLists(rows);
        AssertEqual([.. chosen.Select(row => lists[row])], destination);
        AssertEqual(lists, source);
    }

    [Property]
    public void A_cleared_batch_is_as_good_as_new(ushort[][] before, ushort[][] rows, bool idById)
    {
        RaggedIds ragged = Build(before, idById);
        ragged.Append(3);
        ragged.Clear();
        AssertEqual([], ragged);

        Fill(ragged, rows, idById);

        AssertEqual(ToLists(rows), ragged);
    }

    [Fact]
    public void The_open_row_does_not_show_before_it_ends()
    {
        var ragged = new RaggedIds();
        ragged.AppendRow([4, 4]);
        ragged.Append(9);

        Assert.Equal(1, ragged.Count);
        Assert.Equal([4, 4], ragged.Ids.ToArray());
        Assert.Equal([0, 2], ragged.Offsets.ToArray());

        ragged.EndRow();
        Assert.Equal([9], ragged[1].ToArray());
    }

    [Fact]
    public void A_row_can_be_appended_to_its_own_batch()
    {
        var ragged = new RaggedIds();
        ragged.AppendRow([.. Enumerable.Range(0, 16)]);
        ragged.AppendRow(ragged[0]);

        Assert.Equal(Enumerable.Range(0, 16), ragged[1].ToArray());
    }

    [Fact]
    public void Gathering_and_refilling_allocate_nothing_the_second_time()
    {
        var source = new RaggedIds();
        for (int row = 0; row < 500; row++)
        {
            source.AppendRow([.. Enumerable.Range(row, row % 7)]);
        }

        int[] rows = [.. Enumerable.Range(0, 1000).Select(i => i * 37 % 500)];
        var batch = new RaggedIds();
        batch.Gather(source, rows);

        long before = GC.GetAllocatedBytesForCurrentThread();
        batch.Gather(source, rows);
        batch.Clear();
        batch.Append(1);
        batch.EndRow();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Wrong_arguments_are_refused_and_change_nothing()
    {
        var ragged = new RaggedIds(rowCapacity: 2, idCapacity: 2);
        ragged.AppendRow([1]);
        var other = new RaggedIds();
        other.AppendRow([5, 6]);

        Assert.Throws<ArgumentOutOfRangeException>("id", () => ragged.Append(-1));
        Assert.Throws<ArgumentOutOfRangeException>("ids", () => ragged.AppendRow([2, -2]));
        Assert.Throws<ArgumentOutOfRangeException>("row", () => ragged[1].Length);
        Assert.Throws<ArgumentOutOfRangeException>("row", () => ragged[-1].Length);
        Assert.Throws<ArgumentOutOfRangeException>("rows", () => ragged.Gather(other, [0, 1]));
        Assert.Throws<ArgumentException>("source", () => ragged.Gather(ragged, [0]));
        Assert.Throws<ArgumentNullException>("source", () => ragged.Gather(null!, [0]));
        Assert.Throws<ArgumentOutOfRangeException>("rowCapacity", () => new RaggedIds(-1));
        Assert.Throws<ArgumentOutOfRangeException>("idCapacity", () => new RaggedIds(0, -1));
        AssertEqual([[1]], ragged);
    }

    [Fact]
    public void A_whole_row_is_refused_while_another_is_open()
    {
        var ragged = new RaggedIds();
        ragged.Append(1);

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => ragged.AppendRow([2]));
        Assert.Contains("Row 0 is open with 1 ids", error.Message, StringComparison.Ordinal);
    }

    private static RaggedIds Build(ushort[][] rows, bool idById)
    {
        var ragged = new RaggedIds();
        Fill(ragged, rows, idById);
        return ragged;
    }

    private static void Fill(RaggedIds ragged, ushort[][] rows, bool idById)
    {
        foreach (List<int> row in ToLists(rows))
        {
            if (!idById)
            {
                ragged.AppendRow([.. row]);
                continue;
            }

            row.ForEach(ragged.Append);
            ragged.EndRow();
        }
    }

    private static List<List<int>> ToLists(ushort[][] rows) => [.. rows.Select(row => row.Select(id => (int)id).ToList())];

    private static void AssertEqual(List<List<int>> expected, RaggedIds actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int row = 0; row < expected.Count; row++)
        {
            Assert.Equal(expected[row], actual[row].ToArray());
        }

        Assert.Equal(expected.SelectMany(row => row), actual.Ids.ToArray());
        Assert.Equal(
            Enumerable.Range(0, expected.Count + 1).Select(row => expected.Take(row).Sum(ids => ids.Count)),
            actual.Offsets.ToArray());
    }
}
