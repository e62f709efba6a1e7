using ManagedRetrieval.Data;

namespace ManagedRetrieval.Tests.Data;

public sealed class BlockFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blocks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0, 3, 0)]
    [InlineData(1, 3, 1)]
    [InlineData(9, 3, 3)]
    [InlineData(10, 3, 4)]
    [InlineData(10, 100, 1)]
    public async Task Rows_come_back_block_by_block_in_any_order_and_the_file_goes(int rows, int rowsPerBlock, int blocks)
    {
        string path = Path.Combine(_folder, "rows");
        Interaction[] written = [.. Enumerable.Range(0, rows).Select(i => new Interaction(i, -i, 1L << i, i / 2f))];
        using (BlockFile<Interaction> file = await BlockFile<Interaction>.CreateAsync(path, written.ToAsyncEnumerable(), rowsPerBlock))
        {
            Assert.Equal(rows, file.RowCount);
            Assert.Equal(blocks, file.BlockCount);
            var read = new List<Interaction>();
            for (int block = blocks - 1; block >= 0; block--)
            {
                read.InsertRange(0, await file.ReadBlockAsync(block));
            }

            Assert.Equal(written, read);
            Assert.Equal(written, BlockShuffle.ReadAsync(file, 2, 7).ToBlockingEnumerable().OrderBy(row => row.User));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await file.ReadBlockAsync(blocks));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await file.ReadBlockAsync(-1));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task What_fails_leaves_no_file_behind_and_what_is_there_is_kept()
    {
        string path = Path.Combine(_folder, "rows");
        await Assert.ThrowsAsync<FormatException>(() => BlockFile<int>.CreateAsync(path, Failing(), 2));
        Assert.False(File.Exists(path));
        await File.WriteAllTextAsync(path, "mine");
        await Assert.ThrowsAsync<IOException>(() => BlockFile<int>.CreateAsync(path, AsyncEnumerable.Empty<int>(), 2));
        Assert.Equal("mine", await File.ReadAllTextAsync(path));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => BlockFile<int>.CreateAsync(path, AsyncEnumerable.Empty<int>(), 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => BlockFile<long>.CreateAsync(path, AsyncEnumerable.Empty<long>(), int.MaxValue));
    }

    [Fact]
    public async Task A_stream_of_interactions_holds_their_keys_alone_and_numbers_them_alike_each_time()
    {
        var source = new ListedRows(["user", "item"], [["a", "x"], ["b", "x"], ["b", null], ["a", "y"]], BadRowPolicy.Skip);
        var stream = new InteractionStream(source);
        Interaction[] expected = [new(0, 0, 0, 1), new(1, 0, 0, 1), new(0, 1, 0, 1)];
        Assert.Equal(expected, await stream.ReadAsync().ToArrayAsync());
        Assert.Equal(expected, await stream.ReadAsync().ToArrayAsync());
        Assert.Equal(1, stream.Skipped.Count);
        Assert.Equal(["a", "b"], stream.Users.Texts);
        Assert.Equal(["x", "y"], stream.Items.Texts);
    }

    private static async IAsyncEnumerable<int> Failing()
    {
        for (int i = 0; i < 5; i++)
        {
            yield return i;
            await Task.Yield();
        }

        throw new FormatException();
    }
}
