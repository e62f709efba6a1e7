using System.Buffers.Binary;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Changes bytes without regard to what they mean, or to the little that any file has: a length, a header, tensors.</summary>
internal static class ByteEdits
{
    private static readonly ulong[] Numbers =
    [
        0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF,
        100_000_000, 100_000_001, 0x7FC00000, 0x7F800000, 0xFF800000, 0x7F7FFFFF, 0x00000001, 0x7C00, 0x7FF8000000000000, 0x7FF0000000000000, 0x7FEFFFFFFFFFFFFF,
    ];

    public static byte[] Edit(byte[] file, byte[] other, Random random)
    {
        if (file.Length == 0)
        {
            return other[..random.Next(other.Length + 1)];
        }

        int at = Place(file, random);
        switch (random.Next(9))
        {
            case 0:
                return Changed(file, bytes => bytes[at] ^= (byte)(1 << random.Next(8)));
            case 1:
                return Changed(file, bytes => bytes[at] = (byte)random.Next(256));
            case 2:
                // A number where one may lie.
                int size = 1 << random.Next(4);
                return Changed(file, bytes => Put(bytes, at / size * size, size, Numbers[random.Next(Numbers.Length)]));
            case 3:
                return Changed(file, bytes => Put(bytes, 0, 8, Length(file, random)));
            case 4:
                return [.. file.AsSpan(0, at), .. file.AsSpan(Math.Min(file.Length, at + 1 + random.Next(40)))];
            case 5:
                int from = random.Next(other.Length);
                return [.. file.AsSpan(0, at), .. other.AsSpan(from, random.Next(Math.Min(80, other.Length - from))), .. file.AsSpan(at)];
            case 6:
                // The head of one file and the tail of the other.
                return [.. file.AsSpan(0, at), .. other.AsSpan(random.Next(other.Length))];
            case 7:
                return file[..Border(file, random)];
            default:
                return [.. file, .. new byte[1 + random.Next(9)]];
        }
    }

    // Of a small model the header is most of the file; half of the places are in the data.
    private static int Place(byte[] file, Random random) =>
        random.Next(2) == 0 && FileSeal.TryHeader(file, out int length) && SafetensorsHeader.PrefixBytes + length < file.Length
            ? random.Next(SafetensorsHeader.PrefixBytes + length, file.Length)
            : random.Next(file.Length);

    private static byte[] Changed(byte[] file, Action<byte[]> change)
    {
        byte[] copy = [.. file];
        change(copy);
        return copy;
    }

    private static ulong Length(byte[] file, Random random) => random.Next(3) switch
    {
        0 => Numbers[random.Next(Numbers.Length)],
        1 => (ulong)random.Next(file.Length + 9),
        _ => unchecked((file.Length < 8 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(file)) + (ulong)random.Next(-9, 10)),
    };

    /// <summary>Where a section of the file starts or ends, or a byte beside it, or anywhere.</summary>
    private static int Border(byte[] file, Random random)
    {
        int place = random.Next(file.Length);
        if (random.Next(4) > 0 && FileSeal.TryHeader(file, out int length))
        {
            var borders = new List<long> { 0, SafetensorsHeader.PrefixBytes, SafetensorsHeader.PrefixBytes + length };
            if (FileSeal.Parse(file, length) is { } parsed)
            {
                borders.AddRange(parsed.Tensors.Select(tensor => SafetensorsHeader.PrefixBytes + length + tensor.Begin));
            }

            place = (int)Math.Clamp(borders[random.Next(borders.Count)] + random.Next(-1, 2), 0, file.Length);
        }

        return place;
    }

    private static void Put(byte[] bytes, int at, int size, ulong value)
    {
        for (int i = 0; i < size && at + i < bytes.Length; i++)
        {
            bytes[at + i] = (byte)(value >> (8 * i));
        }
    }
}
