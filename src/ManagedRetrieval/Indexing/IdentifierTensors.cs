using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Indexing;

/// <summary>Identifiers as a tensor of a file.</summary>
internal static class IdentifierTensors
{
    private const string Name = IndexCodec.Prefix + "identifiers";

    /// <summary>Adds them, and says of which type they are.</summary>
    /// <param name="writer">Takes them.</param>
    /// <param name="identifiers">The identifiers.</param>
    /// <param name="argument">The caller's argument that holds them, for messages; null for none.</param>
    /// <exception cref="ArgumentException">One is no valid Unicode.</exception>
    /// <exception cref="NotSupportedException">They are neither string, int nor long.</exception>
    public static string Add<TId>(SafetensorsWriter writer, IReadOnlyList<TId> identifiers, string? argument)
        where TId : notnull
    {
        switch (identifiers)
        {
            case IReadOnlyList<string> strings:
                writer.AddTexts(Name, strings, argument);
                return "string";
            case IReadOnlyList<int> ints when typeof(TId) == typeof(int):
                writer.AddCopy(Name, ints.Select(id => (long)id).ToArray(), ints.Count);
                return "int";
            case IReadOnlyList<long> longs when typeof(TId) == typeof(long):
                writer.AddCopy(Name, longs.ToArray(), longs.Count);
                return "long";
            default:
                throw new NotSupportedException($"Identifiers of type {typeof(TId)} cannot be saved; only string, int and long can.");
        }
    }

    /// <summary>Gets them; those of a mapped file are looked at when they are asked for.</summary>
    /// <exception cref="FormatException">They are of another type than asked for.</exception>
    /// <exception cref="SnapshotFormatException">The tensor does not fit, or one of its numbers is no int.</exception>
    public static IReadOnlyList<TId> Get<TId>(SafetensorsFile file, string type)
        where TId : notnull
    {
        string asked = typeof(TId) == typeof(string) ? "string" : typeof(TId) == typeof(int) ? "int" : typeof(TId) == typeof(long) ? "long" : typeof(TId).ToString();
        if (type != asked)
        {
            throw new FormatException($"Index: identifiers are of type {type}, asked for {asked}.");
        }

        if (type == "string")
        {
            return (IReadOnlyList<TId>)file.ViewStrings(Name);
        }

        file.RequireShape(Name, SafetensorsType.I64, file.GetInfo(Name).ElementCount);
        ReadOnlyMemory<long> numbers = file.ViewLongs(Name);
        if (type == "long")
        {
            return (IReadOnlyList<TId>)(object)new NumberList<long>(file.Source, Name, numbers);
        }

        var ints = new NumberList<int>(file.Source, Name, numbers);
        if (!file.IsMapped)
        {
            ints.CheckAll();
        }

        return (IReadOnlyList<TId>)(object)ints;
    }
}
