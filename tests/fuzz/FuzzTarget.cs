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
        ulong? answer = Answer(mapped, loaded, seed);
        Check(mapped, loaded);
        if (onDisk)
        {
            CheckOnDisk(input, seed, requireChecksums, loaded is not null, mapped is not null, answer);
        }

        figures.Executions++;
        figures.HeadersAccepted += mapped is null ? 0 : 1;
        figures.Loaded += loaded is null ? 0 : 1;
        figures.Used += loaded is null || answer is null ? 0 : 1;
        mapped?.Dispose();
        CheckAllocated(before, input);
    }

    /// <summary>Maps a file whose payload alone is damaged and uses it unverified; then it has to be verified by name, or to answer as the sound one.</summary>
    /// <exception cref="Exception">The file was not handled as it should be.</exception>
    public void RunDamaged(byte[] input, FuzzSeed seed, string? damaged)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        using var buffer = GuardedBuffer.Of(input);
        using SafetensorsFile mapped = SafetensorsFile.Map(new MappedFile(Name, buffer, 0, input.Length), Name, requireChecksums: true);
        ulong? answer = Use(mapped, seed);
        string? refusal = null;
        try
        {
            mapped.Verify();
        }
        catch (SnapshotFormatException refused)
        {
            CheckMessage(refused);
            refusal = refused.Message;
        }

        Require(damaged is null ? refusal is null && answer == seed.Answer : refusal?.Contains($"tensor '{damaged}'", StringComparison.Ordinal) is true,
            $"after damage to {damaged ?? "nothing"} it answers {answer}, expected {seed.Answer}, and verifying says {refusal ?? "nothing"}");
        figures.Executions++;
        figures.Damaged++;
        figures.AnsweredDamaged += answer is null ? 0 : 1;
        CheckAllocated(before, input);
    }

    /// <summary>What a file answers; where it was loaded, mapped the same.</summary>
    private static ulong? Answer(SafetensorsFile? mapped, SafetensorsFile? loaded, FuzzSeed seed)
    {
        ulong? ofMapped = mapped is null ? null : Use(mapped, seed);
        if (loaded is null)
        {
            return ofMapped;
        }

        ulong? ofLoaded = Use(loaded, seed);
        Require(ofLoaded is null || ofMapped == ofLoaded, $"it answers {ofMapped} mapped and {ofLoaded} loaded");
        return ofLoaded;
    }

    private static void CheckAllocated(long before, byte[] input)
    {
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

    private static void CheckOnDisk(byte[] input, FuzzSeed seed, bool requireChecksums, bool loads, bool maps, ulong? answer)
    {
        string folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        string path = Path.Combine(folder, $"fuzz-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        File.WriteAllBytes(path, input);
        try
        {
            SafetensorsFile? loaded = Open(() => SafetensorsFile.Load(path, requireChecksums));
            using SafetensorsFile? mapped = Open(() => SafetensorsFile.Map(path, requireChecksums));
            Require((loaded is not null, mapped is not null) == (loads, maps), "a file on the disk is judged in another way");
            Require(Answer(mapped, loaded, seed) == answer, "a file on the disk answers something else");
            Check(mapped, loaded);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ulong? Use(SafetensorsFile file, FuzzSeed seed)
    {
        try
        {
            return seed.Use(file);
        }
        catch (SnapshotFormatException refused)
        {
            CheckMessage(refused);
            return null;
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
