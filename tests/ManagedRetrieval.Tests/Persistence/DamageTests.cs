using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

public class DamageTests
{
    private static readonly byte[] Whole = Samples.Bytes(Samples.Small());

    [Fact]
    public void Every_single_flipped_bit_is_noticed()
    {
        for (int position = 0; position < Whole.Length; position++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] damaged = [.. Whole];
                damaged[position] ^= (byte)(1 << bit);
                AssertRefused(damaged, $"bit {bit} of byte {position}");
            }
        }
    }

    [Fact]
    public void Every_other_value_of_every_byte_of_a_tiny_file_is_noticed()
    {
        var writer = new SafetensorsWriter();
        writer.Add("w", new float[] { 1 }, 1);
        byte[] whole = Samples.Bytes(writer);
        for (int position = 0; position < whole.Length; position++)
        {
            for (int change = 1; change < 256; change++)
            {
                byte[] damaged = [.. whole];
                damaged[position] ^= (byte)change;
                AssertRefused(damaged, $"byte {position} ^ {change}");
            }
        }
    }

    [Fact]
    public void Every_truncation_and_every_appended_byte_is_noticed()
    {
        for (int length = 0; length < Whole.Length; length++)
        {
            AssertRefused(Whole[..length], $"length {length}");
            Samples.Refused(Whole[..length], requireChecksums: false);
        }

        AssertRefused([.. Whole, 0], "one byte more");
        Samples.Refused([.. Whole, (byte)' '], requireChecksums: false);
    }

    [Fact]
    public void A_damaged_tensor_is_named()
    {
        byte[] damaged = [.. Whole];
        damaged[^1] ^= 1;
        string last = Samples.Load(Whole).Tensors[^1].Name;
        Assert.Contains($"tensor '{last}': the data is damaged", Samples.Refused(damaged).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Random_bytes_never_give_another_exception(bool requireChecksums)
    {
        var random = new Random(11);
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (round % 2 == 0 && bytes.Length > 10)
            {
                // A plausible length, so that the JSON reader sees the noise.
                bytes.AsSpan(1, 7).Clear();
                bytes[0] = (byte)random.Next(bytes.Length);
                bytes[8] = (byte)'{';
            }

            Samples.Refused(bytes, requireChecksums);
        }
    }

    [Fact]
    public void Changed_inserted_and_deleted_bytes_never_give_another_exception()
    {
        var random = new Random(12);
        for (int round = 0; round < 6000; round++)
        {
            var bytes = new List<byte>(Whole);
            for (int edits = 1 + random.Next(4); edits > 0; edits--)
            {
                int at = random.Next(bytes.Count - 1);
                switch (random.Next(4))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.Insert(at, (byte)random.Next(256)); break;
                    case 2: bytes.RemoveAt(at); break;
                    default: bytes.RemoveRange(at, random.Next(Math.Min(40, bytes.Count - at))); break;
                }
            }

            byte[] mutated = [.. bytes];
            if (!mutated.AsSpan().SequenceEqual(Whole))
            {
                AssertRefused(mutated, $"round {round}");
            }

            LoadOrRefuse(mutated, requireChecksums: false);
        }
    }

    [Fact]
    public void A_header_edited_and_sealed_again_never_gives_another_exception()
    {
        string[] tokens =
        [
            "0", "1", "-1", "8", "24", "9223372036854775807", "9223372036854775808", "1e3", "1.5", "null", "true", "[", "]", "{", "}", ",", ":", "\"",
            "\"F32\"", "\"I64\"", "\"BF16\"", "\"dtype\"", "\"shape\"", "\"\\ud800\"", "\"\\u0000\"", "[1099511627776,1099511627776]", " ", "\0", "é",
            "\"__metadata__\":{},", "\"weights\":", "\"xxh64_header\":\"", "\"xxh64_tensors\":\"\",",
        ];
        var random = new Random(13);
        int loaded = 0;
        for (int round = 0; round < 6000; round++)
        {
            byte[] edited = Samples.EditHeader(Whole, header =>
            {
                for (int edits = 1 + random.Next(3); edits > 0; edits--)
                {
                    int at = random.Next(header.Length);
                    string kept = random.Next(2) == 0 ? header[at..] : header[Math.Min(header.Length, at + 1 + random.Next(6))..];
                    header = header[..at] + tokens[random.Next(tokens.Length)] + kept;
                }

                return header;
            });
            loaded += LoadOrRefuse(edited, requireChecksums: true) ? 1 : 0;
            LoadOrRefuse(edited, requireChecksums: false);
        }

        // Edits of the padding and of metadata texts are sealed again and rightly load.
        Assert.InRange(loaded, 1, 3000);
    }

    private static void AssertRefused(byte[] bytes, string what)
    {
        try
        {
            Samples.Load(bytes);
        }
        catch (SnapshotFormatException)
        {
            return;
        }

        Assert.Fail($"not noticed: {what}");
    }

    /// <summary>Loads and asks for everything; only <see cref="SnapshotFormatException"/> is let off.</summary>
    private static bool LoadOrRefuse(byte[] bytes, bool requireChecksums)
    {
        try
        {
            SafetensorsFile file = Samples.Load(bytes, requireChecksums);
            foreach (SafetensorsInfo tensor in file.Tensors)
            {
                file.RequireShape(tensor.Name, tensor.Type, [.. tensor.Shape]);
            }

            file.GetFloats("weights");
            file.GetLongs("ids");
            file.GetStrings("vocabulary");
            return true;
        }
        catch (SnapshotFormatException)
        {
            return false;
        }
    }
}
