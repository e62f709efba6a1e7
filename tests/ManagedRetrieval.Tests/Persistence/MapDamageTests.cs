using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>Damaged, short and missing files that are mapped.</summary>
public sealed class MapDamageTests : IDisposable
{
    private static readonly byte[] Whole = Samples.Bytes(Samples.Small());

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"map-{Guid.NewGuid():N}.safetensors");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Every_flipped_bit_is_noticed_at_once_or_when_verified()
    {
        int atOnce = 0;
        for (int bit = 0; bit < 8 * Whole.Length; bit++)
        {
            byte[] damaged = [.. Whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            bool opened = false;
            Assert.Throws<SnapshotFormatException>(() =>
            {
                using SafetensorsFile file = Samples.Map(damaged);
                opened = true;
                file.Verify();
            });
            atOnce += opened ? 0 : 1;
        }

        long data = Samples.Load(Whole).Tensors.Sum(tensor => tensor.ByteLength);
        Assert.Equal(8 * (Whole.Length - data), atOnce);
    }

    [Fact]
    public void A_file_cut_at_any_place_is_refused_at_once_and_says_what_is_missing()
    {
        SafetensorsFile whole = Samples.Load(Whole);
        long dataStart = Whole.Length - whole.Tensors.Sum(tensor => tensor.ByteLength);
        for (int length = 0; length < Whole.Length; length++)
        {
            string expected = length < 8 ? $"the file has {length} bytes, expected at least the 8"
                : length < dataStart ? $"the header claims {dataStart - 8} bytes, expected 2 to 100000000 and no more than the {length - 8} that follow"
                : $"expected ascending offsets within the file's {length - dataStart} bytes of data";
            Assert.Contains(expected, Samples.Refused(Whole[..length]).Message, StringComparison.Ordinal);
            Assert.Contains(expected, Assert.Throws<SnapshotFormatException>(() => Samples.Map(Whole[..length])).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Files_that_are_empty_or_not_there_are_named()
    {
        Assert.Contains(_path, Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Map(_path)).Message, StringComparison.Ordinal);
        foreach (int length in (int[])[0, 7, 8, 100])
        {
            File.WriteAllBytes(_path, new byte[length]);
            Assert.Contains(_path, Assert.Throws<SnapshotFormatException>(() => SafetensorsFile.Map(_path)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>("path", () => SafetensorsFile.Map(""));
    }

    [Fact]
    public void Verifying_reports_the_bytes_can_be_cancelled_and_names_the_damaged_tensor()
    {
        var writer = new SafetensorsWriter();
        writer.Add("large", new float[700_000], 700_000);
        writer.Add("small", new byte[3], 3);
        byte[] bytes = Samples.Bytes(writer);
        using (SafetensorsFile file = Samples.Map(bytes))
        {
            var seen = new List<long>();
            file.Verify(new Listener(seen.Add));
            Assert.Equal([1L << 20, 2L << 20, 2_800_000, 2_800_003], seen);
            using var cancellation = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() => file.Verify(new Listener(_ => cancellation.Cancel()), cancellation.Token));
            Samples.Load(bytes).Verify();
        }

        bytes[^4] ^= 1;
        using SafetensorsFile damaged = Samples.Map(bytes);
        Assert.Contains("tensor 'large': the data is damaged", Assert.Throws<SnapshotFormatException>(() => damaged.Verify()).Message, StringComparison.Ordinal);
        Assert.Equal(3, damaged.ViewBytes("small").Length);
    }

    private sealed class Listener(Action<long> listen) : IProgress<long>
    {
        public void Report(long value) => listen(value);
    }
}
