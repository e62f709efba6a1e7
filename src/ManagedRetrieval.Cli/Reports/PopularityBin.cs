namespace ManagedRetrieval.Cli.Reports;

/// <summary>The queries whose positive lies in a range of popularity.</summary>
/// <param name="Label">The range, such as "6–20".</param>
/// <param name="Queries">How many there are.</param>
/// <param name="Methods">A figure for each method, by its name.</param>
internal sealed record PopularityBin(string Label, int Queries, IReadOnlyList<NamedFigure> Methods);
