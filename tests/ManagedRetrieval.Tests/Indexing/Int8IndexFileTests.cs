using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Persistence;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>What a file's header says of rows of bytes has to be true, since bounds depend on it.</summary>
public class Int8IndexFileTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-100)]
    public void A_false_sum_of_squares_is_refused_when_the_file_is_loaded_and_found_by_verifying_when_it_is_mapped(int off)
    {
        // More rows than are looked at at once, the longest one last, so that none of them is passed over.
        const int Rows = 70_000, Width = 17;
        Tensor<float> rows = new Draw(108, 12).Tensor<float>(new Shape(Rows, Width));
        rows.Rows(Rows - 1, 1).Span.Fill(1);
        rows.Span[^1] = 0;
        var index = new Int8Index<int>(rows, [.. Enumerable.Range(0, Rows)]);
        int greatest = index.Store.GreatestSquares;
        Assert.Equal(127 * 127 * (Width - 1), greatest);
        byte[] whole = Samples.Bytes(IndexFile.Write(index));
        byte[] edited = Samples.EditHeader(whole, header => header.Replace(Property(greatest), Property(greatest + off), StringComparison.Ordinal));
        Refusal.Of<SnapshotFormatException>(
            () => IndexFile.Read<int>(Samples.Load(edited), null, null), Samples.Source, $"greatest_squares is {greatest + off}", $"{greatest}.");
        using SafetensorsFile file = Samples.Map(edited), sound = Samples.Map(whole);
        file.Verify();
        TopKIndex<int> mapped = IndexFile.Read<int>(file, null, null);
        Refusal.Of<SnapshotFormatException>(() => mapped.Verify(), Samples.Source, $"greatest_squares is {greatest + off}", $"{greatest}.");
        IndexFile.Read<int>(sound, null, null).Verify();
        Assert.Equal(greatest, ((Int8Index<int>)IndexFile.Read<int>(Samples.Load(whole), null, null)).Store.GreatestSquares);

        static string Property(int value) => FormattableString.Invariant($"\\u0022greatest_squares\\u0022:{value}");
    }
}
