using System.Globalization;

namespace ManagedRetrieval.Persistence;

/// <summary>What a safetensors header says of one tensor.</summary>
public sealed class SafetensorsInfo
{
    internal SafetensorsInfo(string name, SafetensorsType type, long[] shape, long begin, long end)
    {
        Name = name;
        Type = type;
        Shape = Array.AsReadOnly(shape);
        Begin = begin;
        End = end;
    }

    /// <summary>The tensor's name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>The type of an element.</summary>
    public SafetensorsType Type { get; }

    /// <summary>The dimensions, outermost first (row-major); empty for a single value.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The number of elements: the product of the dimensions, 1 for rank 0.</summary>
    public long ElementCount => ByteLength / Type.Size();

    /// <summary>The number of payload bytes.</summary>
    public long ByteLength => End - Begin;

    /// <summary>Where the tensor starts, in bytes from the start of the data buffer.</summary>
    internal long Begin { get; }

    /// <summary>Where the tensor ends (exclusive), in bytes from the start of the data buffer.</summary>
    internal long End { get; }

    /// <summary>The bytes that a shape needs; false if a dimension is negative or the product passes 2^63 - 1.</summary>
    internal static bool TryGetByteLength(ReadOnlySpan<long> shape, SafetensorsType type, out long bytes)
    {
        bytes = type.Size();
        foreach (long dimension in shape)
        {
            if (dimension < 0 || (dimension > 0 && bytes > long.MaxValue / dimension))
            {
                return false;
            }

            bytes *= dimension;
        }

        return true;
    }

    internal static string Describe(SafetensorsType type, ReadOnlySpan<long> shape)
    {
        // Longer ranks than any model has only come from damaged files.
        const int Shown = 8;
        string[] parts = new string[Math.Min(shape.Length, Shown)];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = shape[i].ToString(CultureInfo.InvariantCulture);
        }

        return $"{type.Label()} [{string.Join(", ", parts)}{(shape.Length > Shown ? ", …" : "")}]";
    }
}
