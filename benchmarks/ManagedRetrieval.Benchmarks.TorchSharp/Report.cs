using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>Prints the rows as they come, and writes them to a file at the end.</summary>
internal sealed class Report
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private readonly List<Row> _rows = [];
    private readonly SortedSet<string> _peerVersions = new(StringComparer.Ordinal);
    private readonly string _machine =
        $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors ({Processor()}), .NET {Environment.Version}, TorchSharp {typeof(global::TorchSharp.torch).Assembly.GetName().Version}";

    /// <summary>Prints the heading.</summary>
    public Report()
    {
        Console.WriteLine(_machine);
        Console.WriteLine(
            $"{"work",-20} {"shape",-24} {"peer",-10} {"threads",7} {"ours ms",10} {"peer ms",10} {"ratio",6} {"10 %",6} {"of ceiling",10} {"of memory",9} {"allocated",9} {"working MB",10}");
    }

    /// <summary>Prints a row.</summary>
    /// <param name="row">The figures.</param>
    /// <param name="peerVersion">The peer's version, where it ran in another process.</param>
    public void Add(Row row, string? peerVersion)
    {
        if (peerVersion is not null)
        {
            _peerVersions.Add(peerVersion);
        }

        _rows.Add(row);
        string start = $"{row.Work,-20} {string.Join('x', row.Shape),-24} {row.Peer ?? "none",-10} {row.Threads,7}";
        Console.WriteLine(row.Skipped is { } reason
            ? $"{start} skipped: {reason}"
            : $"{start} {row.OursMs,10:f3} {row.PeerMs,10:f3} {row.Ratio,6:f2} {row.RatioLow,6:f2} {row.PercentOfCeiling,8:f0} % {row.PercentOfMemory,7:f0} {(row.PercentOfMemory is null ? ' ' : '%')} {row.AllocatedBytes,9} {row.WorkingBytes / 1e6,10:f1}");
    }

    /// <summary>Writes everything to a file, where there is one.</summary>
    /// <param name="file">Its path; null for none.</param>
    /// <param name="ceilings">What the machine can do, by number of threads.</param>
    public void Close(string? file, IReadOnlyDictionary<int, Ceilings> ceilings)
    {
        if (file is null)
        {
            return;
        }

        var report = new
        {
            Machine = string.Join(", ", _peerVersions.Prepend(_machine)),
            CeilingGflops = ByThreads(ceilings, ceiling => ceiling.Gflops),
            ReadGigabytesPerSecond = ByThreads(ceilings, ceiling => ceiling.ReadGigabytes),
            WrittenGigabytesPerSecond = ByThreads(ceilings, ceiling => ceiling.WrittenGigabytes),
            Rows = _rows,
        };
        string temporary = file + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(report, Names) + "\n");
        File.Move(temporary, file, overwrite: true);
    }

    private static Dictionary<string, double> ByThreads(IReadOnlyDictionary<int, Ceilings> ceilings, Func<Ceilings, double> figure) =>
        ceilings.ToDictionary(entry => entry.Key.ToString(CultureInfo.InvariantCulture), entry => figure(entry.Value));

    /// <summary>The processor's name with family and model, which tell generations of one name apart.</summary>
    private static string Processor()
    {
        Dictionary<string, string> first = File.ReadLines("/proc/cpuinfo").TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
        return $"{first.GetValueOrDefault("model name")}, family {first.GetValueOrDefault("cpu family")}, model {first.GetValueOrDefault("model")}";
    }
}
