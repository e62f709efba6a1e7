using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Features;

public sealed class DenseRowsTests
{
    [Fact]
    public void It_holds_what_a_list_of_rows_holds() => RandomCases.Check(draw =>
    {
        int width = draw.Length();
        float[][] rows = Rows(draw, width);
        AssertEqual(rows, Build(width, rows, draw.Between(0, 40)));
    }, size: 40);

    [Fact]
    public void Gather_copies_the_named_rows_over_whatever_was_there() => RandomCases.Check(draw =>
    {
        int width = draw.Length();
        float[][] rows = Rows(draw, width);
        DenseRows source = Build(width, rows);
        DenseRows destination = Build(width, Rows(draw, width));
        int[] chosen = rows.Length == 0 ? [] : draw.Ids(draw.Length(minimum: 0), rows.Length);

        destination.Gather(source, chosen);

        AssertEqual([.. chosen.Select(row => rows[row])], destination);
        AssertEqual(rows, source);
    }, size: 40);

    [Fact]
    public void A_cleared_batch_is_as_good_as_new_and_its_rows_begin_as_zeros() => RandomCases.Check(draw =>
    {
        int width = draw.Length();
        DenseRows batch = Build(width, Rows(draw, width));
        batch.Clear();
        AssertEqual([], batch);

        Assert.Equal(new float[width], batch.AppendRow().ToArray());
        batch.Clear();
        float[][] rows = Rows(draw, width);
        Fill(batch, rows);
        AssertEqual(rows, batch);
    }, size: 40);

    [Fact]
    public void Values_can_be_written_in_place()
    {
        DenseRows batch = Build(2, [[1, 2], [3, 4]]);

        batch.Values.Span[2] = 9;

        AssertEqual([[1, 2], [9, 4]], batch);
    }

    [Fact]
    public void Gathering_and_refilling_allocate_nothing_the_second_time()
    {
        DenseRows source = Build(3, [.. Enumerable.Range(0, 500).Select(i => new float[] { i, i + 1, i + 2 })]);
        int[] rows = [.. Enumerable.Range(0, 1000).Select(i => i * 37 % 500)];
        var batch = new DenseRows(3);

        Assert.Equal(0, Allocated.ByOneOf(() =>
        {
            batch.Gather(source, rows);
            batch.Clear();
            batch.AppendRow();
        }));
    }

    [Fact]
    public void Room_that_was_asked_for_is_there_from_the_beginning()
    {
        var batch = new DenseRows(width: 5, rowCapacity: 400);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 400; i++)
        {
            batch.AppendRow();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Wrong_arguments_are_refused_and_change_nothing()
    {
        DenseRows batch = Build(1, [[1]]);
        DenseRows other = Build(1, [[5]]);

        Assert.Throws<ArgumentOutOfRangeException>("row", () => batch[1].Length);
        Assert.Throws<ArgumentOutOfRangeException>("row", () => batch[-1].Length);
        Assert.Throws<ArgumentOutOfRangeException>("rows", () => batch.Gather(other, [0, 1]));
        Assert.Throws<ArgumentOutOfRangeException>("rows", () => batch.Gather(other, [-1]));
        Assert.Throws<ArgumentException>("source", () => batch.Gather(batch, [0]));
        Assert.Throws<ArgumentNullException>("source", () => batch.Gather(null!, [0]));
        Refusal.Of<ArgumentException>(() => batch.Gather(new DenseRows(2), []), "source must have rows of 1 numbers, not 2");
        Assert.Throws<ArgumentOutOfRangeException>("width", () => new DenseRows(0));
        Assert.Throws<ArgumentOutOfRangeException>("rowCapacity", () => new DenseRows(1, -1));
        AssertEqual([[1]], batch);
    }

    private static float[][] Rows(Draw draw, int width) =>
        [.. Enumerable.Range(0, draw.Length(minimum: 0)).Select(_ => draw.Values(width).Select(value => (float)value).ToArray())];

    private static DenseRows Build(int width, float[][] rows, int capacity = 0)
    {
        var batch = new DenseRows(width, capacity);
        Fill(batch, rows);
        return batch;
    }

    private static void Fill(DenseRows batch, float[][] rows)
    {
        foreach (float[] row in rows)
        {
            row.CopyTo(batch.AppendRow());
        }
    }

    private static void AssertEqual(float[][] expected, DenseRows actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (int row = 0; row < expected.Length; row++)
        {
            Assert.Equal(expected[row], actual[row].ToArray());
        }

        Assert.Equal(expected.SelectMany(row => row), actual.Values.ToArray());
    }
}
