using System.Globalization;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Ranges of how often an item occurs in the training part.</summary>
internal static class PopularityBins
{
    /// <summary>The last of each range.</summary>
    private static readonly int[] Ends = [0, 5, 20, 50, 100];

    /// <summary>The rarest first.</summary>
    public static IReadOnlyList<string> Labels => [.. Enumerable.Range(0, Ends.Length + 1).Select(Label)];

    public static string LabelOf(double popularity)
    {
        int bin = 0;
        while (bin < Ends.Length && popularity > Ends[bin])
        {
            bin++;
        }

        return Label(bin);
    }

    private static string Label(int bin) =>
        bin == 0 ? "never"
        : bin == Ends.Length ? string.Create(CultureInfo.InvariantCulture, $"more than {Ends[^1]}")
        : string.Create(CultureInfo.InvariantCulture, $"{Ends[bin - 1] + 1}–{Ends[bin]}");
}
