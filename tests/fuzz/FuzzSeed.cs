using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.FuzzHost;

/// <summary>A sound file, and what is asked of files that were made from it by changes.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Use">Reads what the file is meant to hold and uses it; true if it got so far as to be used.</param>
public sealed record FuzzSeed(string Name, byte[] Bytes, Func<SafetensorsFile, bool> Use);
