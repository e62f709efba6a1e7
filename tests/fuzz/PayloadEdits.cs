using System.Buffers.Binary;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Damages tensors behind a sound header: what a memory map does not check.</summary>
internal static class PayloadEdits
{
    // Of each size: numbers, and the bits of floats that are not finite or at the ends of their range.
    private static readonly ushort[] Halves = [0, 1, 0x8000, 0x7C00, 0xFC00, 0x7E00, 0x7BFF, 0x0001];

    private static readonly uint[] Words =
        [0, 1, 2, 63, 64, 65, 135, 136, 137, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F7FFFFF, 0xFF7FFFFF, 1, 0x7F000000, 0x01000000];

    private static readonly ulong[] Longs =
        [0, 1, 7, 136, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF80000000, 0x7FFFFFFFFFFFFFF8];

    /// <summary>Brings one of the tensors to the end of the file, beyond which there is no access, and damages it, or others.</summary>
    /// <returns>The file, and the first of its tensors that are damaged; null where the changes came to nothing.</returns>
    public static (byte[] File, string? Damaged) Edit(byte[] file, Random random)
    {
        (List<FileTensor> tensors, Dictionary<string, string> metadata) = FileTensor.Split(file);
        FileTensor last = tensors[random.Next(tensors.Count)];
        tensors.Remove(last);
        tensors.Add(last);
        byte[] whole = FileTensor.Join(tensors, metadata), edited = [.. whole];
        int dataStart = whole.Length - tensors.Sum(tensor => tensor.Data.Length);
        for (int edits = 1 + random.Next(3); edits > 0; edits--)
        {
            int at = random.Next(4) > 0 ? tensors.Count - 1 : random.Next(tensors.Count), start = dataStart + tensors.Take(at).Sum(tensor => tensor.Data.Length);
            Edit(edited.AsSpan(start, tensors[at].Data.Length), tensors[at].Type.Size(), random);
        }

        int place = dataStart;
        foreach (FileTensor tensor in tensors)
        {
            if (!edited.AsSpan(place, tensor.Data.Length).SequenceEqual(tensor.Data))
            {
                return (edited, tensor.Name);
            }

            place += tensor.Data.Length;
        }

        return (edited, null);
    }

    private static void Edit(Span<byte> data, int size, Random random)
    {
        int count = data.Length / size, at = random.Next(count);
        Span<byte> element = data.Slice(at * size, size), other = data.Slice(random.Next(count) * size, size);
        switch (random.Next(8))
        {
            case 0:
                element[random.Next(size)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                element[random.Next(size)] = (byte)random.Next(256);
                break;
            case 2:
            case 3:
                Put(element, Number(size, random));
                break;
            case 4:
                // Now two are equal.
                other.CopyTo(element);
                break;
            case 5:
                // A page that was never written, or of another file.
                Span<byte> page = data.Slice(at * size, random.Next(data.Length - (at * size) + 1));
                switch (random.Next(3))
                {
                    case 0:
                        page.Clear();
                        break;
                    case 1:
                        page.Fill(byte.MaxValue);
                        break;
                    default:
                        random.NextBytes(page);
                        break;
                }

                break;
            case 6:
                // The same number in each place.
                ulong number = Number(size, random);
                for (int i = 0; i < count; i++)
                {
                    Put(data.Slice(i * size, size), number);
                }

                break;
            default:
                Span<byte> kept = stackalloc byte[size];
                element.CopyTo(kept);
                other.CopyTo(element);
                kept.CopyTo(other);
                break;
        }
    }

    private static ulong Number(int size, Random random) => size switch
    {
        1 => (ulong)random.Next(256),
        2 => Halves[random.Next(Halves.Length)],
        4 => Words[random.Next(Words.Length)],
        _ => Longs[random.Next(Longs.Length)],
    };

    private static void Put(Span<byte> element, ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        bytes[..element.Length].CopyTo(element);
    }
}
