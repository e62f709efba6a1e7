using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>
/// Works around TorchSharp 0.107.0, whose libLibTorchSharp.so imports one symbol of GLIBCXX_3.4.32 that Debian 12 does not have
/// (it has 3.4.30): ios_base_library_init, which initialises the standard streams. The constructor of ios_base::Init does the same,
/// so the import is renamed to it in the copy in the output folder, before that is loaded. Look again with the next version.
/// </summary>
internal static class LibTorchSharp
{
    private const int Load = 1, Dynamic = 2;
    private const ulong StringTable = 5, StringTableSize = 10, VersionNeeds = 0x6ffffffe, VersionNeedCount = 0x6fffffff;

    [ModuleInitializer]
    internal static void Mend()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        if (!OperatingSystem.IsLinux() || !File.Exists(path))
        {
            return;
        }

        byte[] image = File.ReadAllBytes(path);
        if (Rename(image))
        {
            string temporary = $"{path}.{Environment.ProcessId}";
            File.WriteAllBytes(temporary, image);
            File.Move(temporary, path, overwrite: true);
        }
    }

    private static bool Rename(byte[] image)
    {
        Dictionary<ulong, ulong> dynamic = ReadDynamic(image, out Func<ulong, int> place);
        Span<byte> names = image.AsSpan(place(dynamic[StringTable]), (int)dynamic[StringTableSize]);
        ReadOnlySpan<byte> missing = "_ZSt21ios_base_library_initv\0"u8, there = "_ZNSt8ios_base4InitC1Ev\0"u8;
        int at = names.IndexOf(missing);
        if (at < 0)
        {
            return false;
        }

        names.Slice(at, missing.Length).Clear();
        there.CopyTo(names[at..]);
        RenameVersion(image, place(dynamic[VersionNeeds]), dynamic[VersionNeedCount], names);
        return true;
    }

    private static Dictionary<ulong, ulong> ReadDynamic(byte[] image, out Func<ulong, int> place)
    {
        int headers = (int)U64(image, 32), size = U16(image, 54), count = U16(image, 56), start = 0;
        var segments = new List<(ulong Address, ulong Offset, ulong Size)>();
        for (int i = 0; i < count; i++)
        {
            int header = headers + (i * size);
            switch (U32(image, header))
            {
                case Load:
                    segments.Add((U64(image, header + 16), U64(image, header + 8), U64(image, header + 32)));
                    break;
                case Dynamic:
                    start = (int)U64(image, header + 8);
                    break;
            }
        }

        var entries = new Dictionary<ulong, ulong>();
        for (int entry = start; U64(image, entry) != 0; entry += 16)
        {
            entries[U64(image, entry)] = U64(image, entry + 8);
        }

        place = address =>
        {
            (ulong from, ulong offset, _) = segments.First(segment => address >= segment.Address && address < segment.Address + segment.Size);
            return (int)(address - from + offset);
        };
        return entries;
    }

    /// <summary>Asks for the oldest version in place of the one that is missing: by name, and by the name's hash.</summary>
    private static void RenameVersion(byte[] image, int need, ulong needs, ReadOnlySpan<byte> names)
    {
        int oldest = names.IndexOf("\0GLIBCXX_3.4\0"u8) + 1;
        for (; needs > 0; needs--)
        {
            int version = need + (int)U32(image, need + 8);
            for (int left = U16(image, need + 2); left > 0; left--)
            {
                if (names[(int)U32(image, version + 8)..].StartsWith("GLIBCXX_3.4.32\0"u8))
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(version), Hash("GLIBCXX_3.4"));
                    BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(version + 8), (uint)oldest);
                }

                version += (int)U32(image, version + 12);
            }

            need += (int)U32(image, need + 12);
        }
    }

    /// <summary>The hash of the System V ABI.</summary>
    private static uint Hash(string name)
    {
        uint hash = 0;
        foreach (byte letter in Encoding.ASCII.GetBytes(name))
        {
            hash = (hash << 4) + letter;
            uint high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }

    private static ulong U64(byte[] image, int at) => BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(at));

    private static uint U32(byte[] image, int at) => BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at));

    private static ushort U16(byte[] image, int at) => BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(at));
}
