namespace ManagedRetrieval.Cli.Reports;

/// <summary>Text from data in a plot.</summary>
internal static class PlotText
{
    // OxyPlot takes _{…} and ^{…} for indices and powers; between the two characters this one breaks the spell.
    private const char WordJoiner = '\u2060';

    /// <summary>Clean text of at most so many characters that OxyPlot draws as it stands.</summary>
    public static string Label(string text, int length = 26) =>
        PlainText.Short(text, length).Replace("_{", $"_{WordJoiner}{{", StringComparison.Ordinal).Replace("^{", $"^{WordJoiner}{{", StringComparison.Ordinal);

    /// <summary>The text again as it was meant.</summary>
    public static string Shown(string drawn) => drawn.Replace(WordJoiner.ToString(), "", StringComparison.Ordinal);
}
