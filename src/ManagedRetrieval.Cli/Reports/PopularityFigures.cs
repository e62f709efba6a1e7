namespace ManagedRetrieval.Cli.Reports;

/// <summary>A metric over queries grouped by how popular their positive is.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Bins">The least popular first.</param>
internal sealed record PopularityFigures(string Metric, IReadOnlyList<PopularityBin> Bins);
