namespace ManagedRetrieval.Cli.Runs;

/// <summary>What one setting of an index came to.</summary>
internal sealed class BenchRow
{
    /// <summary>The setting, for people.</summary>
    public required string Setting { get; set; }

    /// <summary>Partitions that were scanned; null of another index.</summary>
    public int? Probes { get; set; }

    /// <summary>Rows that were scored; null of another index.</summary>
    public int? Rescored { get; set; }

    /// <summary>Whether the file is searched so where nothing is said.</summary>
    public bool IsOfFile { get; set; }

    /// <summary>Whether it is the exact search that all is compared with.</summary>
    public bool IsExact { get; set; }

    /// <summary>The share of exact search's answers that were found.</summary>
    public required double Recall { get; set; }

    /// <summary>Queries in a second, one at a time.</summary>
    public required double QueriesPerSecond { get; set; }

    /// <summary>Queries in a second, in batches.</summary>
    public required double BatchQueriesPerSecond { get; set; }

    /// <summary>Those that no other setting is better than in both recall and speed, by their recall.</summary>
    public static IReadOnlyList<BenchRow> Best(IEnumerable<BenchRow> rows, Func<BenchRow, double> speed)
    {
        var best = new List<BenchRow>();
        foreach (BenchRow row in rows.OrderByDescending(row => row.Recall).ThenByDescending(speed))
        {
            if (best.Count == 0 || speed(row) > speed(best[^1]))
            {
                best.Add(row);
            }
        }

        best.Reverse();
        return best;
    }
}
