using ManagedRetrieval.Benchmarks.Indexes.Data;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>Prints rows as they come, then the best of them, and writes files at the end.</summary>
internal sealed class IndexReport
{
    private static readonly double[] Targets = [0.9, 0.95, 0.99];

    private readonly List<IndexRow> _rows = [];
    private readonly List<VectorFacts> _data = [];
    private readonly SortedSet<string> _versions = new(StringComparer.Ordinal);

    /// <summary>Prints the heading.</summary>
    public IndexReport()
    {
        Console.WriteLine(Machine.Description);
        Console.WriteLine($"{"data",-10} {"peer",-14} {"index",-15} {"parameters",-46} {"threads",7} {"batch",6} {"recall",7} {"queries/s",10} {"build s",8} {"bytes",6}");
    }

    /// <summary>The recalls that the best are found for.</summary>
    public static IReadOnlyList<double> RecallTargets => Targets;

    /// <summary>Prints what vectors are like.</summary>
    public void Add(VectorFacts facts)
    {
        _data.Add(facts);
        Console.WriteLine(facts);
    }

    /// <summary>Prints a row. It takes the place of an earlier one of the same point and batch.</summary>
    /// <param name="row">The figures.</param>
    /// <param name="version">The peer's version; null for this library.</param>
    public void Add(IndexRow row, string? version)
    {
        if (version is not null)
        {
            _versions.Add(version);
        }

        _rows.RemoveAll(earlier => earlier.Batch == row.Batch && earlier.IsSamePoint(row));
        _rows.Add(row);
        Print(row);
    }

    /// <summary>Says why something is not measured.</summary>
    public static void Skip(string data, IIndexUnderTest index) => Console.WriteLine($"{data,-10} {index.Peer,-14} {index.Index,-15} skipped: {index.Obstacle}");

    /// <summary>Prints what each of some indexes is to those after it, as times of their speed.</summary>
    public static void Compare(IReadOnlyList<IndexRow> rows)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            foreach (IndexRow other in rows.Skip(i + 1))
            {
                Console.WriteLine($"{"",-10} {rows[i].Peer} {rows[i].Index} is {rows[i].QueriesPerSecond / other.QueriesPerSecond:f2} times as fast as {other.Peer} {other.Index}");
            }
        }
    }

    /// <summary>The fastest points of an index that find at least so much.</summary>
    public IEnumerable<IndexRow> Fastest(string data, IIndexUnderTest index, double recall, int count) =>
        _rows.Where(row => row.Data == data && row.Index == index.Index && row.Peer == index.Peer && row.RecallAt10 >= recall)
            .OrderByDescending(row => row.QueriesPerSecond).DistinctBy(row => row.Parameters.ToString()).Take(count);

    /// <summary>Prints the best points by recall, and writes everything to files.</summary>
    /// <param name="json">The path of the figures; null for none.</param>
    /// <param name="folder">Where the curves are drawn.</param>
    public void Close(string? json, string folder)
    {
        foreach (IGrouping<string, IndexRow> data in _rows.Where(row => row.Threads == 1).GroupBy(row => row.Data))
        {
            foreach (double target in Targets)
            {
                Console.WriteLine($"\n{data.Key}: the fastest with a recall of at least {target:f2}, one thread");
                foreach (IndexRow row in data.Where(row => row.RecallAt10 >= target).GroupBy(row => (row.Peer, row.Index))
                    .Select(group => group.MaxBy(row => row.QueriesPerSecond)!).OrderByDescending(row => row.QueriesPerSecond))
                {
                    Print(row);
                }
            }

            RecallCurve.Draw([.. data], Path.Combine(folder, $"{data.Key}.svg"));
        }

        if (json is not null)
        {
            FigureFile.Write(json, new { Machine = string.Join(", ", _versions.Prepend(Machine.Description)), Data = _data, Rows = _rows });
        }
    }

    private static void Print(IndexRow row)
    {
        string peak = row.PeakBytes is { } bytes ? $"  {bytes / 1e9:f2} GB at most" : "";
        Console.WriteLine(
            $"{row.Data,-10} {row.Peer,-14} {row.Index,-15} {row.Parameters,-46} {row.Threads,7} {row.Batch,6} {row.RecallAt10,7:f4} {row.QueriesPerSecond,10:f1} {row.BuildSeconds,8:f1} {row.BytesPerVector,6:f0}{peak}");
    }
}
