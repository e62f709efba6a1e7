using System.Globalization;
using System.Runtime.InteropServices;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>How far a process' memory grows while something runs, as Linux counts it.</summary>
internal static partial class ProcessMemory
{
    /// <summary>Bytes of memory at the highest point of the run beyond those before it; null where the system does not tell.</summary>
    public static long? Growth(Action run)
    {
        // Free memory that the collector keeps would be filled first, and not be seen to grow.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        bool tells = Restart();
        long before = Resident();
        run();
        return tells ? Status("VmHWM:") - before : null;
    }

    /// <summary>Bytes of memory that the process has now.</summary>
    public static long Resident() => Status("VmRSS:");

    /// <summary>Bytes that can still be had without driving anything out of memory; those that the C library keeps are among them.</summary>
    public static long Available() => Bytes("/proc/meminfo", "MemAvailable:") + (long)Heap().FreeBytes;

    /// <summary>Gives back what is free, so that the memory of one work does not stand in the next one's way.</summary>
    public static void Trim()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _ = TrimHeap(0);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nint kept);

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial HeapCounts Heap();

    /// <summary>The C library's struct mallinfo2: ten sizes, of which the ninth counts the free bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    private readonly struct HeapCounts
    {
        [FieldOffset(64)]
        public readonly nuint FreeBytes;
    }

    /// <summary>Makes the highest point that of now; some sandboxes do not let a process do that.</summary>
    private static bool Restart()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long Status(string name) => Bytes("/proc/self/status", name);

    private static long Bytes(string file, string name)
    {
        foreach (string line in File.ReadLines(file))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                return 1024 * long.Parse(line.AsSpan(name.Length, line.Length - name.Length - "kB".Length), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }
}
