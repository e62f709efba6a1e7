using System.Text;
using FsCheck.Xunit;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

public class RoundTripTests
{
    [Property(MaxTest = 300)]
    public void Whatever_is_written_is_read_back(int seed)
    {
        var random = new Random(seed);
        var writer = new SafetensorsWriter();
        var expected = new Dictionary<string, (SafetensorsType Type, long[] Shape, byte[] Raw)>();
        for (int i = random.Next(8); i > 0; i--)
        {
            string name = Name(random, expected.ContainsKey);
            long[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(5))];
            int count = (int)shape.Aggregate(1L, (a, b) => a * b);
            var type = (SafetensorsType)random.Next(8);
            expected[name] = (type, shape, Add(writer, name, type, shape, count, random));
        }

        var metadata = new Dictionary<string, string>();
        for (int i = random.Next(4); i > 0; i--)
        {
            string key = Name(random, metadata.ContainsKey);
            metadata[key] = Name(random, _ => false);
            writer.AddMetadata(key, metadata[key]);
        }

        byte[] bytes = Samples.Bytes(writer);
        using SafetensorsFile mapped = Samples.Map(bytes);
        mapped.Verify();
        Assert.True(mapped.IsMapped);
        foreach (SafetensorsFile file in new[] { Samples.Load(bytes), mapped })
        {
            Assert.True(file.HasChecksums);
            Assert.Equal(metadata, file.Metadata.ToDictionary());
            Assert.Equal(expected.Count, file.Tensors.Count);
            foreach ((string name, (SafetensorsType type, long[] shape, byte[] raw)) in expected)
            {
                file.RequireShape(name, type, shape);
                Assert.Equal(raw, Contents.Copy(file, name));
                Assert.Equal(raw, Contents.View(file, name));
                Assert.Equal(raw, Contents.Read(file, name));
            }
        }
    }

    [Fact]
    public void The_order_of_adding_does_not_change_a_byte()
    {
        var forth = new SafetensorsWriter();
        var back = new SafetensorsWriter();
        Action<SafetensorsWriter>[] steps =
        [
            writer => writer.Add("b", new float[] { 1 }, 1),
            writer => writer.Add("a", new float[] { 2 }, 1),
            writer => writer.Add("z", new[] { 3.0 }),
            writer => writer.Add("c", Array.Empty<byte>(), 0),
            writer => writer.AddStrings("s", ["x", "y"]),
            writer => writer.AddMetadata("k", "1"),
            writer => writer.AddMetadata("j", "2"),
        ];
        Array.ForEach(steps, step => step(forth));
        Array.ForEach([.. steps.Reverse()], step => step(back));
        Assert.Equal(Samples.Bytes(forth), Samples.Bytes(back));
        Assert.Equal(Samples.Bytes(forth), Samples.Bytes(forth));
    }

    [Fact]
    public void Texts_come_back_and_a_chunk_longer_than_the_buffer_too()
    {
        string[] texts = ["", "a", "żółw", "🐢🐢", "\0", "日本"];
        float[] large = [.. Enumerable.Range(0, 600_001).Select(i => (float)i)];
        var writer = new SafetensorsWriter();
        writer.AddStrings("texts", texts);
        writer.AddStrings("nothing", []);
        writer.AddCopy("large", large, large.Length);
        large[7] = -1;

        SafetensorsFile file = Samples.Load(Samples.Bytes(writer));
        Assert.Equal(texts, file.GetStrings("texts"));
        Assert.Empty(file.GetStrings("nothing"));
        float[] destination = new float[large.Length];
        file.ReadFloats("large", destination);
        Assert.Equal(7, destination[7]);
        Assert.Equal(600_000, destination[^1]);
    }

    [Fact]
    public void Little_endian_bytes_are_reversed_element_by_element()
    {
        byte[] bytes = [1, 2, 3, 4, 5, 6, 7, 8];
        LittleEndian.ReverseEach(bytes, 4);
        Assert.Equal([4, 3, 2, 1, 8, 7, 6, 5], bytes);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        var writer = new SafetensorsWriter();
        writer.Add("x", new float[] { 1 }, 1);
        writer.AddMetadata("k", "v");
        Assert.Throws<ArgumentException>("name", () => writer.Add("x", new float[] { 1 }, 1));
        Assert.Throws<ArgumentException>("name", () => writer.Add("", new float[] { 1 }, 1));
        Assert.Throws<ArgumentException>("name", () => writer.Add("__metadata__", new float[] { 1 }, 1));
        Assert.Throws<ArgumentException>("name", () => writer.Add("\ud800", new float[] { 1 }, 1));
        Assert.Throws<ArgumentException>("shape", () => writer.Add("y", new float[] { 1 }, 2));
        Assert.Throws<ArgumentException>("shape", () => writer.Add("y", new float[] { 1 }, -1, -1));
        Assert.Throws<ArgumentException>("shape", () => writer.Add("y", new float[] { 1 }, 1, 1, 1, 1));
        Assert.Throws<ArgumentException>("shape", () => writer.Add("y", Array.Empty<float>(), 1L << 40, 1L << 40, 0));
        using var memory = new UnseenMemory(Array.MaxLength + 1);
        Assert.Throws<ArgumentException>("values", () => writer.Add("y", memory.Memory, memory.Memory.Length));
        Assert.Throws<ArgumentException>("key", () => writer.AddMetadata("k", "w"));
        Assert.Throws<ArgumentException>("key", () => writer.AddMetadata("xxh64_header", "w"));
        Assert.Throws<ArgumentException>("value", () => writer.AddMetadata("l", "\udc00"));
        Assert.Throws<ArgumentException>("texts", () => writer.AddStrings("t", ["a", null!]));
        Assert.Throws<ArgumentException>("texts", () => writer.AddStrings("t", ["\ud83d"]));
        writer.Add("t.offsets", new float[] { 1 }, 1);
        byte[] before = Samples.Bytes(writer);
        Assert.Throws<ArgumentException>("name", () => writer.AddStrings("t", ["a"]));
        Assert.Equal(before, Samples.Bytes(writer));
    }

    private static string Name(Random random, Predicate<string> taken)
    {
        Rune[] alphabet = [.. "aZ9._/\"\\ \n{}<+äßıİ日🐢\u0001\uffff".EnumerateRunes()];
        while (true)
        {
            string name = string.Concat(Enumerable.Range(0, 1 + random.Next(6)).Select(_ => alphabet[random.Next(alphabet.Length)].ToString()));
            if (!taken(name))
            {
                return name;
            }
        }
    }

    private static byte[] Add(SafetensorsWriter writer, string name, SafetensorsType type, long[] shape, int count, Random random)
    {
        byte[] raw = new byte[count * type.Size()];
        random.NextBytes(raw);
        switch (type)
        {
            case SafetensorsType.F32:
                writer.Add(name, Enumerable.Range(0, count).Select(i => BitConverter.ToSingle(raw, i * 4)).ToArray(), shape);
                break;
            case SafetensorsType.F64:
                writer.Add(name, Enumerable.Range(0, count).Select(i => BitConverter.ToDouble(raw, i * 8)).ToArray(), shape);
                break;
            case SafetensorsType.I32:
                writer.Add(name, Enumerable.Range(0, count).Select(i => BitConverter.ToInt32(raw, i * 4)).ToArray(), shape);
                break;
            case SafetensorsType.I64:
                writer.AddCopy(name, Enumerable.Range(0, count).Select(i => BitConverter.ToInt64(raw, i * 8)).ToArray().AsSpan(), shape);
                break;
            case SafetensorsType.I8:
                writer.Add(name, Array.ConvertAll(raw, value => (sbyte)value), shape);
                break;
            case SafetensorsType.U16:
                writer.Add(name, Enumerable.Range(0, count).Select(i => BitConverter.ToUInt16(raw, i * 2)).ToArray(), shape);
                break;
            case SafetensorsType.F16:
                writer.AddCopy(name, Enumerable.Range(0, count).Select(i => BitConverter.ToHalf(raw, i * 2)).ToArray().AsSpan(), shape);
                break;
            default:
                writer.Add(name, raw, shape);
                break;
        }

        return raw;
    }
}
