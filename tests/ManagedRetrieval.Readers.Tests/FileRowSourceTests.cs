using ManagedRetrieval.Data;

namespace ManagedRetrieval.Readers.Tests;

public sealed class FileRowSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rows-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("f.csv", RowFormat.Csv)]
    [InlineData("f.CSV", RowFormat.Csv)]
    [InlineData("f.INI.TSV", RowFormat.Tsv)]
    [InlineData("f.tab", RowFormat.Tsv)]
    [InlineData("f.jsonl", RowFormat.JsonLines)]
    [InlineData("f.ndjson", RowFormat.JsonLines)]
    [InlineData("f.PARQUET", RowFormat.Parquet)]
    [InlineData("f.adj", RowFormat.Adjacency)]
    public void The_extension_tells_the_format(string name, RowFormat format) => Assert.Equal(format, new FileRowSource(name).Format);

    [Fact]
    public void A_format_that_is_named_goes_before_the_extension()
    {
        Assert.Equal(RowFormat.Adjacency, new FileRowSource("train.txt", RowFormat.Adjacency).Format);
        Assert.Equal(RowFormat.Tsv, new FileRowSource("data.csv", RowFormat.Tsv).Format);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new FileRowSource("train.txt"));
        Assert.Contains("'.txt'", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new FileRowSource("train"));
        Assert.Throws<ArgumentException>(() => new FileRowSource(""));
    }

    [Fact]
    public async Task A_file_is_read_as_often_as_one_likes_and_closed_each_time()
    {
        string path = Path.Combine(_folder, "f.csv");
        await File.WriteAllTextAsync(path, "user,item\na,x\nb,y\n");
        var source = new FileRowSource(path);
        Assert.Equal([["a"], ["b"]], await Rows.ReadAsync(source, "user"));
        Assert.Equal([["x"], ["y"]], await Rows.ReadAsync(source, "item"));
        await Rows.RefusedAsync(source, ["nothing"], path);

        // Nobody else could write while it was open.
        await File.WriteAllTextAsync(path, "user,item\nc,z\n");
        Assert.Equal([["c", "z"]], await Rows.ReadAsync(source, "user", "item"));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_the_systems_error()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => Rows.ReadAsync(new FileRowSource(Path.Combine(_folder, "no.csv")), "a"));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Rows.ReadAsync(new FileRowSource(Path.Combine(_folder, "no", "no.csv")), "a"));
    }

    [Fact]
    public async Task Reading_stops_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        await using RowReader reader = await Rows.File("f.csv", "a\n1\n2\n").OpenAsync(["a"], cancel.Token);
        Assert.True(await reader.ReadAsync(cancel.Token));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadAsync(cancel.Token));
    }
}
