using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Features;

public sealed class EncodedBatchTests
{
    [Fact]
    public void Gathering_takes_the_same_inputs_of_every_column() => RandomCases.Check(draw =>
    {
        EncodedBatch source = Batch(draw.Length());
        EncodedBatch destination = Batch(draw.Length());
        int[] rows = draw.Ids(draw.Length(minimum: 0), source.Count);

        destination.Gather(source, rows);

        AssertInputs(rows, destination);
        AssertInputs([.. Enumerable.Range(0, source.Count)], source);
    }, size: 40);

    [Fact]
    public void A_new_empty_batch_has_columns_of_the_same_kinds_and_shares_nothing()
    {
        EncodedBatch batch = Batch(3);
        EncodedBatch empty = batch.NewEmpty();

        Assert.Equal(0, empty.Count);
        Assert.IsType<RaggedIds>(empty.Columns[0]);
        Assert.Equal(2, Assert.IsType<DenseRows>(empty.Columns[1]).Width);
        Assert.Equal(2, empty.Columns.Length);
        empty.Gather(batch, [2, 2]);
        AssertInputs([2, 2], empty);
        AssertInputs([0, 1, 2], batch);
    }

    [Fact]
    public void Clearing_clears_every_column()
    {
        EncodedBatch batch = Batch(3);

        batch.Clear();

        Assert.Equal(0, batch.Count);
        Assert.Equal(0, batch.Columns[1].Count);
        Add(batch, 5);
        AssertInputs([5], batch);
    }

    [Fact]
    public void Gathering_allocates_nothing_the_second_time()
    {
        EncodedBatch source = Batch(100);
        EncodedBatch destination = source.NewEmpty();
        int[] rows = [.. Enumerable.Range(0, 200).Select(i => i * 37 % 100)];

        Assert.Equal(0, Allocated.ByOneOf(() => destination.Gather(source, rows)));
    }

    [Fact]
    public void Columns_that_are_none_null_or_of_other_lengths_are_refused()
    {
        var one = new RaggedIds();
        one.AppendRow([1]);
        Refusal.Of<ArgumentException>(() => _ = new EncodedBatch([]), "at least one column");
        Refusal.Of<ArgumentException>(() => _ = new EncodedBatch(one, null!), "number 1 is");
        Refusal.Of<ArgumentException>(() => _ = new EncodedBatch(one, new DenseRows(2)), "all have 1 rows", "number 1 has 0");
        Assert.Throws<ArgumentNullException>("columns", () => new EncodedBatch(null!));
        Assert.Equal(1, new EncodedBatch(one, one).Count);
    }

    private static EncodedBatch Batch(int count)
    {
        var batch = new EncodedBatch([new RaggedIds(), new DenseRows(2)]);
        for (int i = 0; i < count; i++)
        {
            Add(batch, i);
        }

        return batch;
    }

    /// <summary>Adds an input that both columns know by its number.</summary>
    private static void Add(EncodedBatch batch, int input)
    {
        ((RaggedIds)batch.Columns[0]).AppendRow([.. Enumerable.Range(input, input % 4)]);
        Span<float> row = ((DenseRows)batch.Columns[1]).AppendRow();
        (row[0], row[1]) = (input, -input);
    }

    private static void AssertInputs(int[] inputs, EncodedBatch batch)
    {
        Assert.Equal(inputs.Length, batch.Count);
        var ids = (RaggedIds)batch.Columns[0];
        var numbers = (DenseRows)batch.Columns[1];
        Assert.Equal(inputs.Length, numbers.Count);
        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.Equal(Enumerable.Range(inputs[i], inputs[i] % 4), ids[i].ToArray());
            Assert.Equal([inputs[i], -inputs[i]], numbers[i].ToArray());
        }
    }
}
