namespace ManagedRetrieval.Cli.Reports;

/// <summary>Figures side by side where there is room.</summary>
internal static class FigureGrid
{
    /// <param name="html">The page.</param>
    /// <param name="figures">May be empty.</param>
    /// <param name="kind">A further class for the style sheet.</param>
    public static void Write(HtmlWriter html, IReadOnlyList<ReportFigure> figures, string kind = "")
    {
        if (figures.Count == 0)
        {
            return;
        }

        // One alone takes the whole width, its words beside it.
        html.Open("div", ("class", figures.Count == 1 ? "figures alone" : kind.Length > 0 ? $"figures {kind}" : "figures"));
        foreach (ReportFigure figure in figures)
        {
            figure.Write(html);
        }

        html.Close();
    }
}
