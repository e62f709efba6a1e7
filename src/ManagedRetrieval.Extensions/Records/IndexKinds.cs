using Microsoft.Extensions.VectorData;

namespace ManagedRetrieval.Extensions.Records;

/// <summary>The kinds of index that there are.</summary>
internal static class IndexKinds
{
    private static readonly string[] Supported = [IndexKind.Flat, IndexKind.QuantizedFlat, IndexKind.IvfFlat];

    /// <summary>The kind of that name; flat for null, and where the store may choose.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static string Named(string? name, string property) => name is null or IndexKind.Dynamic
        ? IndexKind.Flat
        : Array.Find(Supported, kind => kind == name)
        ?? throw new NotSupportedException($"Property '{property}' has the index kind '{name}'. Supported are {string.Join(", ", Supported)} and {IndexKind.Dynamic}.");
}
