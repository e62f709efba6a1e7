namespace ManagedRetrieval.Persistence;

/// <summary>The element types of tensors that snapshots hold, named as the safetensors format names them.</summary>
public enum SafetensorsType
{
    /// <summary>32-bit IEEE 754 floating point, 4 bytes.</summary>
    F32,

    /// <summary>64-bit IEEE 754 floating point, 8 bytes.</summary>
    F64,

    /// <summary>Signed 32-bit integer, 4 bytes.</summary>
    I32,

    /// <summary>Signed 64-bit integer, 8 bytes.</summary>
    I64,

    /// <summary>Unsigned byte.</summary>
    U8,

    /// <summary>Signed byte.</summary>
    I8,

    /// <summary>Unsigned 16-bit integer, 2 bytes.</summary>
    U16,

    /// <summary>16-bit IEEE 754 floating point, 2 bytes.</summary>
    F16,
}

internal static class SafetensorsTypes
{
    public const string Known = "F32, F64, I32, I64, U8, I8, U16, F16";

    /// <summary>Bytes of one element.</summary>
    public static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.F64 or SafetensorsType.I64 => 8,
        SafetensorsType.F32 or SafetensorsType.I32 => 4,
        SafetensorsType.F16 or SafetensorsType.U16 => 2,
        _ => 1,
    };

    public static string Label(this SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => "F32",
        SafetensorsType.F64 => "F64",
        SafetensorsType.I32 => "I32",
        SafetensorsType.I64 => "I64",
        SafetensorsType.I8 => "I8",
        SafetensorsType.U16 => "U16",
        SafetensorsType.F16 => "F16",
        _ => "U8",
    };

    public static bool TryParse(string label, out SafetensorsType type)
    {
        SafetensorsType? found = label switch
        {
            "F32" => SafetensorsType.F32,
            "F64" => SafetensorsType.F64,
            "I32" => SafetensorsType.I32,
            "I64" => SafetensorsType.I64,
            "U8" => SafetensorsType.U8,
            "I8" => SafetensorsType.I8,
            "U16" => SafetensorsType.U16,
            "F16" => SafetensorsType.F16,
            _ => null,
        };
        type = found.GetValueOrDefault();
        return found.HasValue;
    }
}
