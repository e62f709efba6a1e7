using System.Globalization;

namespace ManagedRetrieval.Benchmarks.TorchSharp;

/// <summary>Prints the rows as they come, and writes them to a file at the end.</summary>
internal sealed class Report
{
    private readonly List<Row> _rows = [];
    private readonly SortedSet<string> _peerVersions = new(StringComparer.Ordinal);

    /// <summary>Prints the heading.</summary>
    public Report()
    {
        Console.WriteLine(Place);
        Console.WriteLine(
            $"{"work",-20} {"shape",-24} {"peer",-10} {"threads",7} {"ours ms",10} {"peer ms",10} {"ratio",6} {"10 %",6} {"of ceiling",10} {"of memory",9} {"allocated",9} {"working MB",10}");
    }

    /// <summary>The machine, with the version of the peer that is in this process.</summary>
    public static string Place { get; } = $"{Machine.Description}, TorchSharp {typeof(global::TorchSharp.torch).Assembly.GetName().Version}";

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
            Machine = string.Join(", ", _peerVersions.Prepend(Place)),
            CeilingGflops = ByThreads(ceilings, ceiling => ceiling.Gflops),
            ReadGigabytesPerSecond = ByThreads(ceilings, ceiling => ceiling.ReadGigabytes),
            WrittenGigabytesPerSecond = ByThreads(ceilings, ceiling => ceiling.WrittenGigabytes),
            Rows = _rows,
        };
        FigureFile.Write(file, report);
    }

    private static Dictionary<string, double> ByThreads(IReadOnlyDictionary<int, Ceilings> ceilings, Func<Ceilings, double> figure) =>
        ceilings.ToDictionary(entry => entry.Key.ToString(CultureInfo.InvariantCulture), entry => figure(entry.Value));
}
