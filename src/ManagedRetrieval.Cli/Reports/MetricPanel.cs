namespace ManagedRetrieval.Cli.Reports;

/// <summary>Metrics that share one axis: all those whose figures lie from 0 to 1, or one of another scale alone.</summary>
/// <param name="Name">The metric's name, or what they have in common.</param>
/// <param name="Metrics">Their names.</param>
internal sealed record MetricPanel(string Name, IReadOnlyList<string> Metrics)
{
    /// <summary>Splits metrics into panels, in the order of their first figure.</summary>
    /// <param name="figures">All figures of all metrics; those of which nothing is finite are left out.</param>
    public static IReadOnlyList<MetricPanel> Split(IEnumerable<NamedFigure> figures)
    {
        IGrouping<string, NamedFigure>[] metrics =
        [
            .. figures.Where(figure => double.IsFinite(figure.Value)).GroupBy(figure => figure.Name, StringComparer.Ordinal),
        ];
        string[] shares = [.. metrics.Where(metric => metric.All(figure => figure.Value is >= 0 and <= 1)).Select(metric => metric.Key)];
        List<MetricPanel> panels = shares.Length > 0 ? [new(shares.Length == 1 ? shares[0] : "Metrics", shares)] : [];
        panels.AddRange(metrics.Select(metric => metric.Key).Except(shares, StringComparer.Ordinal).Select(metric => new MetricPanel(metric, [metric])));
        return panels;
    }
}
