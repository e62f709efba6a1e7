using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>The bytes against the published format, without the library's own reader.</summary>
public class FormatTests
{
    [Fact]
    public void A_tiny_file_has_exactly_these_bytes()
    {
        var writer = new SafetensorsWriter();
        writer.Add("b", new byte[] { 0xAB }, 1);
        writer.Add("w", new[] { 1f, -2f }, 2, 1);
        writer.AddMetadata("k", "é");

        // Made by a separate script from the format's description and the reference XXH64.
        const string Expected =
            "f8000000000000007b225f5f6d657461646174615f5f223a7b2278786836345f686561646572223a2234366134353733643032633136613564222c2278786836"
            + "345f74656e736f7273223a22353462613638636130363162323265662063383436373064613862356235656138222c226b223a225c7530304539227d2c227722"
            + "3a7b226474797065223a22463332222c227368617065223a5b322c315d2c22646174615f6f666673657473223a5b302c385d7d2c2262223a7b22647479706522"
            + "3a225538222c227368617065223a5b315d2c22646174615f6f666673657473223a5b382c395d7d7d202020202020202020202020202020202020202020202020"
            + "0000803f000000c0ab";
        Assert.Equal(Expected, Convert.ToHexStringLower(Samples.Bytes(writer)));
    }

    [Fact]
    public void A_reader_written_from_the_specification_reads_it()
    {
        byte[] bytes = Samples.Bytes(Samples.Small());
        (Dictionary<string, Entry> tensors, Dictionary<string, string> metadata, int dataStart) = ReadBySpecification(bytes);

        Assert.Equal(0, dataStart % 64);
        Assert.Equal("two towers", metadata["model"]);
        Assert.Equal("klein ∑", metadata["größe"]);
        Assert.Equal(["F32", "2", "3"], tensors["weights"].Description);
        Assert.Equal(["F64"], tensors["scale"].Description);
        Assert.Equal(["I32", "0", "4"], tensors["none"].Description);
        Assert.Equal(["I64", "2", "1", "1"], tensors["ids"].Description);
        Assert.Equal(["I8", "1", "3"], tensors["codes"].Description);
        Assert.Equal(["U16", "3"], tensors["lengths"].Description);
        Assert.Equal(["F16", "2"], tensors["halves"].Description);
        Assert.Equal(new byte[] { 1, 2, 255 }, tensors["raw"].Data);
        Assert.Equal(new byte[] { 128, 0, 127 }, tensors["codes"].Data);
        Assert.Equal(new byte[] { 0, 0, 2, 1, 255, 255 }, tensors["lengths"].Data);
        Assert.Equal(new byte[] { 0x00, 0x38, 0xFF, 0xFB }, tensors["halves"].Data);
        Assert.Equal(Math.PI, BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(tensors["scale"].Data)));
        Assert.Equal(-2f, BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt32LittleEndian(tensors["weights"].Data.AsSpan(4))));
        Assert.Equal(int.MinValue, BinaryPrimitives.ReadInt32LittleEndian(tensors["counts"].Data.AsSpan(8)));
        Assert.Equal("ażółw🐢", Encoding.UTF8.GetString(tensors["vocabulary.utf8"].Data));
    }

    [Fact]
    public void Checksums_can_be_recomputed_from_their_description()
    {
        byte[] bytes = Samples.Bytes(Samples.Small());
        (Dictionary<string, Entry> tensors, Dictionary<string, string> metadata, int dataStart) = ReadBySpecification(bytes);
        Assert.Equal(
            string.Join(' ', tensors.Values.Select(tensor => XxHash64.Hash(tensor.Data).ToString("x16", CultureInfo.InvariantCulture))),
            metadata["xxh64_tensors"]);

        string head = Encoding.Latin1.GetString(bytes, 0, dataStart).Replace(metadata["xxh64_header"], new string('0', 16), StringComparison.Ordinal);
        Assert.Equal(XxHash64.Hash(Encoding.Latin1.GetBytes(head)).ToString("x16", CultureInfo.InvariantCulture), metadata["xxh64_header"]);
    }

    [Property(MaxTest = 100)]
    public void Every_tensor_starts_at_a_multiple_of_its_element_size(int seed)
    {
        var random = new Random(seed);
        var writer = new SafetensorsWriter();
        for (int i = 0; i < 12; i++)
        {
            int count = random.Next(6);
            string name = string.Create(CultureInfo.InvariantCulture, $"{random.Next()}/{i}");
            switch (random.Next(4))
            {
                case 3: writer.Add(name, new Half[count], count); break;
                case 0: writer.Add(name, new byte[count], count); break;
                case 1: writer.Add(name, new float[count], count); break;
                default: writer.Add(name, new long[count], count); break;
            }
        }

        byte[] bytes = Samples.Bytes(writer);
        foreach (Entry tensor in ReadBySpecification(bytes).Tensors.Values)
        {
            Assert.Equal(0, tensor.Start % (tensor.Description[0] switch { "I64" => 8, "F32" => 4, "F16" => 2, _ => 1 }));
        }
    }

    /// <summary>https://huggingface.co/docs/safetensors, read as plainly as can be.</summary>
    private static (Dictionary<string, Entry> Tensors, Dictionary<string, string> Metadata, int DataStart) ReadBySpecification(byte[] bytes)
    {
        long length = 0;
        for (int i = 7; i >= 0; i--)
        {
            length = (length << 8) | bytes[i];
        }

        int dataStart = 8 + (int)length;
        Assert.Equal((byte)'{', bytes[8]);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, (int)length));
        var tensors = new Dictionary<string, Entry>();
        var metadata = new Dictionary<string, string>();
        int next = 0;
        foreach (JsonProperty property in json.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                foreach (JsonProperty pair in property.Value.EnumerateObject())
                {
                    metadata.Add(pair.Name, pair.Value.GetString()!);
                }

                continue;
            }

            int begin = property.Value.GetProperty("data_offsets")[0].GetInt32();
            int end = property.Value.GetProperty("data_offsets")[1].GetInt32();
            Assert.Equal(next, begin);
            next = end;
            string[] description =
            [
                property.Value.GetProperty("dtype").GetString()!,
                .. property.Value.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetRawText()),
            ];
            tensors.Add(property.Name, new Entry(description, dataStart + begin, bytes[(dataStart + begin)..(dataStart + end)]));
        }

        Assert.Equal(bytes.Length, dataStart + next);
        return (tensors, metadata, dataStart);
    }

    private sealed record Entry(string[] Description, int Start, byte[] Data);
}
