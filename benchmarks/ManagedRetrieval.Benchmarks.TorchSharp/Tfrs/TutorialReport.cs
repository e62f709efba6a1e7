namespace ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;

/// <summary>Prints the rows as they come, and writes them to a file at the end.</summary>
internal sealed class TutorialReport
{
    private readonly List<TutorialRow> _rows = [];

    /// <summary>Prints what is compared.</summary>
    public TutorialReport(MovieRatings data)
    {
        Console.WriteLine(Report.Place);
        Console.WriteLine(
            $"{data.Count} ratings, {data.Users.Keys.Count} users, {data.Titles.Length} films with {data.DistinctTitles.Keys.Count} titles; {Tutorial.Dimensions} dimensions, batch {Tutorial.BatchSize}, {Tutorial.Epochs} epochs, Adagrad {Tutorial.LearningRate}; ties {Tutorial.Ties}");
        Console.WriteLine(Line("seed", "", Tutorial.Ks.Select(k => $"top {k}")));
    }

    /// <summary>Prints a seed's figures.</summary>
    public void Add(TutorialRow row)
    {
        _rows.Add(row);
        string seed = $"{row.Seed}";
        Console.WriteLine(Line(seed, "ours", Figures(row.Ours)) + $"  {row.OurSeconds:f2} s");
        Console.WriteLine(Line(seed, "torchsharp", Figures(row.Peer)) + $"  {row.PeerSeconds:f2} s");
        Console.WriteLine(Line(seed, "difference", Figures(row.Difference)) +
            $"  after the first step: loss {row.FirstLossDifference:0.0e-0}, tables {row.FirstTableDifference:0.0e-0}; at most and at last: loss {row.LargestLossDifference:0.0e-0}, tables {row.LastTableDifference:0.0e-0}");
    }

    /// <summary>Prints the means and the largest differences, and writes everything to a file, where there is one.</summary>
    /// <param name="file">Its path; null for none.</param>
    public void Close(string? file)
    {
        Dictionary<string, double> ours = Summary(row => row.Ours, Enumerable.Average), peer = Summary(row => row.Peer, Enumerable.Average);
        Dictionary<string, double> largest = Summary(row => row.Difference, values => values.Max(Math.Abs));
        Console.WriteLine(Line("mean", "ours", Figures(ours)));
        Console.WriteLine(Line("mean", "torchsharp", Figures(peer)));
        Console.WriteLine(Line("all", "largest", Figures(largest)));
        if (file is not null)
        {
            FigureFile.Write(file, new { Machine = Report.Place, Rows = _rows, MeanOurs = ours, MeanPeer = peer, LargestDifference = largest });
        }
    }

    private Dictionary<string, double> Summary(Func<TutorialRow, IReadOnlyDictionary<string, double>> figures, Func<IEnumerable<double>, double> summary) =>
        _rows.SelectMany(figures).GroupBy(entry => entry.Key, entry => entry.Value).ToDictionary(group => group.Key, group => summary(group));

    private static IEnumerable<string> Figures(IReadOnlyDictionary<string, double> figures) => figures.Values.Select(value => $"{value:f5}");

    private static string Line(string seed, string side, IEnumerable<string> figures) =>
        $"{seed,-5} {side,-10}" + string.Concat(figures.Select(figure => $" {figure,9}"));
}
