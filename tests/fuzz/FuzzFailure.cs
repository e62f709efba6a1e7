namespace ManagedRetrieval.FuzzHost;

/// <summary>A file that was not handled as it should be.</summary>
/// <param name="Number">The execution's number.</param>
/// <param name="Seed">What the file was made from.</param>
/// <param name="Input">The file.</param>
/// <param name="Exception">What came instead of a clear error.</param>
public sealed record FuzzFailure(int Number, string Seed, byte[] Input, Exception Exception);
