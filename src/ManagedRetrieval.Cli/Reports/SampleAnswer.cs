namespace ManagedRetrieval.Cli.Reports;

/// <summary>One answer; it is a hit where the data say that it is right.</summary>
internal sealed record SampleAnswer(string Item, double Score, bool IsHit = false);
