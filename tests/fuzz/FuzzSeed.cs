using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.FuzzHost;

/// <summary>A sound file, and what is asked of files that were made from it by changes.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Use">Reads what the file is meant to hold and uses it; a checksum of what that answered.</param>
/// <param name="Answer">What the sound file answers.</param>
public sealed record FuzzSeed(string Name, byte[] Bytes, Func<SafetensorsFile, ulong> Use, ulong Answer)
{
    /// <summary>Whether it holds an index of some kind, whose payload a memory map leaves unchecked.</summary>
    public bool HasIndex { get; init; }

    internal static FuzzSeed Of(string name, SafetensorsWriter writer, Func<SafetensorsFile, ulong> use)
    {
        using var stream = new MemoryStream();
        writer.Write(stream);
        stream.Position = 0;
        return new FuzzSeed(name, stream.ToArray(), use, use(SafetensorsFile.Load(stream, name)));
    }
}
