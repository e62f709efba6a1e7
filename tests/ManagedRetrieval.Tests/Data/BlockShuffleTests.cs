using ManagedRetrieval.Data;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Data;

public class BlockShuffleTests
{
    [Fact]
    public void Every_row_comes_once_and_no_more_than_a_window_is_read_ahead() => RandomCases.Check(
        draw =>
        {
            var source = new CountedBlocks([.. Enumerable.Range(0, draw.Length(0)).Select(_ => draw.Between(0, 5))]);
            int window = draw.OneOf(1, 2, 3, int.MaxValue);
            List<int> rows = Drain(source, window, draw.Seed);
            Assert.Equal(Enumerable.Range(0, source.RowCount), rows.Order());
            Assert.Equal(Enumerable.Range(0, source.BlockCount), source.Reads.Order());
            Assert.Equal(rows, Drain(source, window, draw.Seed));

            // Rows of the blocks that were read together come together.
            int start = 0;
            foreach (int[] together in source.Reads.Take(source.BlockCount).Chunk(window))
            {
                int[] expected = [.. together.SelectMany(source.Rows)];
                Assert.Equal(expected.Order(), rows.Skip(start).Take(expected.Length).Order());
                start += expected.Length;
            }
        },
        size: 20);

    [Fact]
    public void Blocks_are_read_when_their_window_begins_and_not_before()
    {
        var source = new CountedBlocks([.. Enumerable.Repeat(10, 12)]);
        int taken = 0;
        foreach (int _ in BlockShuffle.ReadAsync(source, 3, 1).ToBlockingEnumerable())
        {
            Assert.Equal(3 * ((taken / 30) + 1), source.Reads.Count);
            taken++;
        }

        Assert.Equal(120, taken);
    }

    [Fact]
    public void Another_seed_gives_another_order_of_blocks_and_of_rows()
    {
        var source = new CountedBlocks([.. Enumerable.Repeat(50, 8)]);
        List<int>[] orders = [.. Enumerable.Range(0, 10).Select(seed => Drain(source, 2, (ulong)seed))];
        Assert.Equal(10, orders.Select(rows => string.Join(' ', rows)).Distinct().Count());
        Assert.Equal(10, Enumerable.Range(0, 10).Select(seed => string.Join(' ', source.Reads.Skip(8 * seed).Take(8))).Distinct().Count());

        // Rows of the two blocks of a window are mixed: few neighbours stay neighbours.
        Assert.All(orders, rows => Assert.InRange(rows.Zip(rows.Skip(1)).Count(two => two.Second == two.First + 1), 0, 40));
    }

    [Fact]
    public void A_window_of_everything_is_a_shuffle_of_all_rows()
    {
        // The first of 40 rows should be any of them about as often as another: 50 times of 2,000, with a standard deviation of 7.
        var source = new CountedBlocks([.. Enumerable.Repeat(5, 8)]);
        int[] first = new int[source.RowCount];
        for (ulong seed = 0; seed < 2000; seed++)
        {
            first[Drain(source, 8, seed)[0]]++;
        }

        Assert.All(first, count => Assert.InRange(count, 15, 85));
    }

    [Fact]
    public async Task Reading_can_be_cancelled_and_a_window_holds_something()
    {
        var source = new CountedBlocks([5, 5]);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (int _ in BlockShuffle.ReadAsync(source, 1, 0, cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });
        Assert.Throws<ArgumentOutOfRangeException>(() => BlockShuffle.ReadAsync(source, 0, 0));
    }

    private static List<int> Drain(CountedBlocks source, int window, ulong seed) => [.. BlockShuffle.ReadAsync(source, window, seed).ToBlockingEnumerable()];

    /// <summary>Blocks of numbered rows, and which were read.</summary>
    private sealed class CountedBlocks(int[] lengths) : IBlockSource<int>
    {
        public int BlockCount => lengths.Length;

        public int RowCount => lengths.Sum();

        public List<int> Reads { get; } = [];

        public IEnumerable<int> Rows(int block) => Enumerable.Range(lengths.Take(block).Sum(), lengths[block]);

        public ValueTask<IReadOnlyList<int>> ReadBlockAsync(int block, CancellationToken cancellationToken = default)
        {
            Reads.Add(block);
            return ValueTask.FromResult<IReadOnlyList<int>>([.. Rows(block)]);
        }
    }
}
