using System.Runtime.InteropServices;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.FuzzHost;

/// <summary>Opens a file in every way and uses all of it; only <see cref="SnapshotFormatException"/> is let off.</summary>
internal sealed class FuzzTarget(FuzzFigures figures)
{
    private const string Name = "fuzzed";

    // What a file of some kilobytes may cost, whatever it claims.
    private const long MostBytes = 64 << 20;

    /// <exception cref="Exception">The file was not handled as it should be.</exception>
    public void Run(byte[] input, FuzzSeed seed, bool requireChecksums, bool onDisk)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        SafetensorsFile? loaded = Open(() =>
        {
            using var stream = new MemoryStream(input, writable: false);
            return SafetensorsFile.Load(stream, Name, requireChecksums);
        });

        using var buffer = GuardedBuffer.Of(input);
        SafetensorsFile? mapped = Open(() => SafetensorsFile.Map(new MappedFile(Name, buffer, 0, input.Length), Name, requireChecksums));
        Check(mapped, loaded);
        if (onDisk)
        {
            CheckOnDisk(input, requireChecksums, loaded is not null, mapped is not null);
        }

        figures.Executions++;
        figures.HeadersAccepted += mapped is null ? 0 : 1;
        if (loaded is not null)
        {
            figures.Loaded++;
            figures.Used += Use(loaded, seed) ? 1 : 0;
            Use(mapped!, seed);
        }

        mapped?.Dispose();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Require(allocated < MostBytes, $"{allocated} bytes were allocated for a file of {input.Length}");
    }

    private static SafetensorsFile? Open(Func<SafetensorsFile> open)
    {
        try
        {
            return open();
        }
        catch (SnapshotFormatException refused)
        {
            CheckMessage(refused);
            return null;
        }
    }

    /// <summary>Both ways must see the same, and checksums of tensors are all that may tell them apart.</summary>
    private static void Check(SafetensorsFile? mapped, SafetensorsFile? loaded)
    {
        if (mapped is null)
        {
            Require(loaded is null, "a file was loaded that could not be mapped");
            return;
        }

        bool verified = true;
        try
        {
            mapped.Verify();
        }
        catch (SnapshotFormatException refused)
        {
            CheckMessage(refused);
            verified = false;
        }

        Require(verified == loaded is not null, $"loading and verifying disagree: verified is {verified}");
        foreach (SafetensorsInfo tensor in mapped.Tensors)
        {
            byte[] seen = Bytes(mapped, tensor, view: true);
            Require(seen.AsSpan().SequenceEqual(Bytes(mapped, tensor, view: false)), "a view and a copy differ");
            Require(loaded is null || seen.AsSpan().SequenceEqual(Bytes(loaded, tensor, view: false)), "a mapped and a loaded tensor differ");
            if (tensor.Name.EndsWith(".utf8", StringComparison.Ordinal))
            {
                Texts(mapped, tensor.Name[..^5]);
            }
        }
    }

    private static void CheckOnDisk(byte[] input, bool requireChecksums, bool loads, bool maps)
    {
        string folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        string path = Path.Combine(folder, $"fuzz-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        File.WriteAllBytes(path, input);
        try
        {
            SafetensorsFile? loaded = Open(() => SafetensorsFile.Load(path, requireChecksums));
            using SafetensorsFile? mapped = Open(() => SafetensorsFile.Map(path, requireChecksums));
            Require((loaded is not null, mapped is not null) == (loads, maps), "a file on the disk is judged in another way");
            Check(mapped, loaded);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static bool Use(SafetensorsFile file, FuzzSeed seed)
    {
        try
        {
            return seed.Use(file);
        }
        catch (SnapshotFormatException refused)
        {
            CheckMessage(refused);
            return false;
        }
    }

    private static void Texts(SafetensorsFile file, string name)
    {
        try
        {
            file.GetStrings(name);
        }
        catch (SnapshotFormatException refused)
        {
            CheckMessage(refused);
        }
    }

    private static byte[] Bytes(SafetensorsFile file, SafetensorsInfo tensor, bool view)
    {
        string name = tensor.Name;
        return tensor.Type switch
        {
            SafetensorsType.F32 => Of(view ? file.ViewFloats(name) : file.GetFloats(name)),
            SafetensorsType.F64 => Of(view ? file.ViewDoubles(name) : file.GetDoubles(name)),
            SafetensorsType.I32 => Of(view ? file.ViewInts(name) : file.GetInts(name)),
            SafetensorsType.I64 => Of(view ? file.ViewLongs(name) : file.GetLongs(name)),
            SafetensorsType.I8 => Of(view ? file.ViewSignedBytes(name) : file.GetSignedBytes(name)),
            SafetensorsType.U16 => Of(view ? file.ViewUnsignedShorts(name) : file.GetUnsignedShorts(name)),
            SafetensorsType.F16 => Of(view ? file.ViewHalves(name) : file.GetHalves(name)),
            _ => Of(view ? file.ViewBytes(name) : file.GetBytes(name)),
        };

        static byte[] Of<T>(ReadOnlyMemory<T> elements)
            where T : unmanaged
        {
            byte[] bytes = MemoryMarshal.AsBytes(elements.Span).ToArray();
            GC.KeepAlive(elements);
            return bytes;
        }
    }

    /// <summary>A message names the file, can be read, and speaks of no parameter that the caller never passed.</summary>
    private static void CheckMessage(SnapshotFormatException refused) => Require(
        refused.Message.StartsWith('\'') && refused.Message.Length < 2000 && !refused.Message.Contains("(Parameter '", StringComparison.Ordinal),
        $"no clear message: {SnapshotFormatException.Shorten(refused.Message)}");

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new InvalidOperationException(problem);
        }
    }
}
