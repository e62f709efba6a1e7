namespace ManagedRetrieval.Benchmarks.Gpu;

/// <summary>What was measured, and on what.</summary>
internal sealed record GpuFigures(string Device, string Machine, IReadOnlyList<GpuRow> Rows);
