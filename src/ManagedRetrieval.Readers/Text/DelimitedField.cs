namespace ManagedRetrieval.Readers.Text;

/// <summary>Where a value stands in its record, without its quotes.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="HasPairs">Whether pairs of quotes in it stand for one.</param>
internal readonly record struct DelimitedField(int Start, int Length, bool HasPairs);
