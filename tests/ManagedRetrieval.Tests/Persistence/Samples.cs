using System.Buffers.Binary;
using System.Text;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>Files to test with, whole and hand-made.</summary>
internal static class Samples
{
    public const string Source = "sample.safetensors";

    public static byte[] Bytes(SafetensorsWriter writer)
    {
        using var stream = new MemoryStream();
        writer.Write(stream);
        return stream.ToArray();
    }

    public static SafetensorsFile Load(byte[] bytes, bool requireChecksums = true)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        return SafetensorsFile.Load(stream, Source, requireChecksums);
    }

    /// <summary>Maps bytes that lie directly before memory without access, so that reading beyond them ends the process.</summary>
    public static SafetensorsFile Map(byte[] bytes, bool requireChecksums = true) =>
        SafetensorsFile.Map(new MappedFile(Source, GuardedBuffer.Of(bytes), 0, bytes.Length), Source, requireChecksums);

    public static SnapshotFormatException Refused(byte[] bytes, bool requireChecksums = true)
    {
        var refused = Assert.Throws<SnapshotFormatException>(() => Load(bytes, requireChecksums));
        Assert.Contains(Source, refused.Message, StringComparison.Ordinal);
        return refused;
    }

    /// <summary>Every element type, an empty tensor, a single value, texts and metadata in few bytes.</summary>
    public static SafetensorsWriter Small()
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata("model", "two towers");
        writer.AddMetadata("größe", "klein ∑");
        writer.Add("weights", new float[] { 1.5f, -2f, float.NaN, 0f, -0f, float.PositiveInfinity }, 2, 3);
        writer.Add("scale", new double[] { Math.PI });
        writer.Add("none", Array.Empty<int>(), 0, 4);
        writer.Add("counts", new[] { 1, -2, int.MinValue }, 3);
        writer.Add("ids", new[] { long.MaxValue, -1 }, 2, 1, 1);
        writer.Add("raw", new byte[] { 1, 2, 255 }, 3);
        writer.Add("codes", new sbyte[] { -128, 0, 127 }, 1, 3);
        writer.Add("lengths", new ushort[] { 0, 258, 65535 }, 3);
        writer.Add("halves", new[] { (Half)0.5f, Half.MinValue }, 2);
        writer.AddStrings("vocabulary", ["a", "", "żółw", "🐢"]);
        return writer;
    }

    /// <summary>A file without any checksum, put together from its parts.</summary>
    public static byte[] HandMade(string json, int payloadBytes = 0)
    {
        byte[] header = Encoding.UTF8.GetBytes(json);
        byte[] file = new byte[8 + header.Length + payloadBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        for (int i = 0; i < payloadBytes; i++)
        {
            file[8 + header.Length + i] = (byte)(i + 1);
        }

        return file;
    }

    /// <summary>The file with its header edited and the header's checksum made right again, where there is one.</summary>
    public static byte[] EditHeader(byte[] file, Func<string, string> edit)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        byte[] header = Encoding.UTF8.GetBytes(edit(Encoding.UTF8.GetString(file, 8, length)));
        ReadOnlySpan<byte> key = "\"xxh64_header\":\""u8;
        int start = header.AsSpan().IndexOf(key);
        if (start >= 0 && start + key.Length + SafetensorsHeader.Digits <= header.Length)
        {
            start += key.Length;
            string hex = SafetensorsHeader.Hex(SafetensorsHeader.Checksum(header, start));
            Encoding.ASCII.GetBytes(hex, header.AsSpan(start));
        }

        byte[] edited = new byte[8 + header.Length + file.Length - 8 - length];
        BinaryPrimitives.WriteInt64LittleEndian(edited, header.Length);
        header.CopyTo(edited, 8);
        file.AsSpan(8 + length).CopyTo(edited.AsSpan(8 + header.Length));
        return edited;
    }
}
