namespace ManagedRetrieval.Metrics;

/// <summary>A figure over one slice of the queries.</summary>
/// <param name="Value">The figure; NaN where no query of the slice counts.</param>
/// <param name="Queries">How many queries it is made of: those with a value, and a weight above 0.</param>
public readonly record struct SliceValue(double Value, int Queries);
