using ManagedRetrieval.Data;

namespace ManagedRetrieval.Readers.Tests;

public class RecordLengthTests
{
    private const long TwoGigabytes = 2L << 30;

    [Theory]
    [InlineData("f.csv", "")]
    [InlineData("f.csv", "user,item\n\"")]
    [InlineData("f.csv", "user,item\nx,y\n")]
    [InlineData("f.tsv", "user\titem\n")]
    [InlineData("f.jsonl", "{\"user\":\"")]
    [InlineData("f.adj", "1 2\n")]
    public async Task A_file_of_one_endless_line_is_refused_in_bounded_memory(string name, string beginning)
    {
        EndlessLine? stream = null;
        var source = new FileRowSource(name, () => stream = new EndlessLine(System.Text.Encoding.UTF8.GetBytes(beginning), TwoGigabytes));
        long before = GC.GetTotalAllocatedBytes(precise: true);
        DataFormatException refused = await Rows.RefusedAsync(
            source, ["user", "item"], $"line {beginning.Count(c => c == '\n') + 1}", $"more than {RowSourceOptions.DefaultMaximumRecordBytes} bytes", "MaximumRecordBytes");
        Assert.False(refused.IsOneRow);
        Assert.InRange(stream!.Position, RowSourceOptions.DefaultMaximumRecordBytes, 2L * RowSourceOptions.DefaultMaximumRecordBytes);

        // The buffer doubles up to its limit. Other tests allocate as well, but nothing like the whole file.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 512L << 20);
    }

    [Theory]
    [InlineData("f.csv", "\n")]
    [InlineData("f.csv", "\r\n")]
    [InlineData("f.csv", "")]
    [InlineData("f.adj", "\n")]
    public async Task The_longest_record_that_is_allowed_is_read_and_one_byte_more_is_not(string name, string end)
    {
        var options = new RowSourceOptions { MaximumRecordBytes = 20 };
        foreach (int bytes in (int[])[1, 7, 1000])
        {
            string header = name == "f.csv" ? "user,item\n" : "";
            string separator = name == "f.csv" ? "," : " ";
            string text = $"{header}u{separator}{new string('i', 18)}{end}";
            Assert.Equal([["u", new string('i', 18)]], await Rows.ReadAsync(Rows.File(name, text, options, bytes), "user", "item"));
            await Rows.RefusedAsync(
                Rows.File(name, $"{header}u{separator}{new string('i', 19)}{end}", options, bytes), ["user", "item"], header.Length > 0 ? "line 2" : "line 1", "more than 20 bytes");
        }
    }

    [Fact]
    public void The_limit_is_within_reason()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RowSourceOptions { MaximumRecordBytes = 15 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RowSourceOptions { MaximumRecordBytes = (1 << 30) + 1 });
        Assert.Equal(16 << 20, new RowSourceOptions().MaximumRecordBytes);
    }
}
