namespace ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;

/// <summary>Ratings of one part of the split.</summary>
/// <param name="Users">The user of each.</param>
/// <param name="Movies">The film of each: its row among the candidates.</param>
internal sealed record RatedPairs(string[] Users, int[] Movies);
