namespace ManagedRetrieval.Benchmarks.Training;

/// <summary>One figure; the names are those of the JSON file.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit; empty for a share.</param>
internal sealed record Figure(string Name, double Value, string Unit)
{
    /// <summary>The epoch after which it was measured, from 1; null where it belongs to none.</summary>
    public int? Epoch { get; init; }

    /// <summary>What the figure should not exceed; null for none.</summary>
    public double? Target { get; init; }
}
