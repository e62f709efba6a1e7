namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>What it took to build an index.</summary>
/// <param name="Seconds">From the rows in memory to the index, with all processors.</param>
/// <param name="Bytes">The size of the index in a file, with the rows where it needs them.</param>
internal sealed record BuildFigures(double Seconds, long Bytes);
