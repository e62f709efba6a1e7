using System.Runtime.InteropServices;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>A tensor's bytes, by each way to ask for them, whatever its type.</summary>
internal static class Contents
{
    public static byte[] Copy(SafetensorsFile file, string name) => file.GetInfo(name).Type switch
    {
        SafetensorsType.F32 => Bytes<float>(file.GetFloats(name)),
        SafetensorsType.F64 => Bytes<double>(file.GetDoubles(name)),
        SafetensorsType.I32 => Bytes<int>(file.GetInts(name)),
        SafetensorsType.I64 => Bytes<long>(file.GetLongs(name)),
        SafetensorsType.I8 => Bytes<sbyte>(file.GetSignedBytes(name)),
        SafetensorsType.U16 => Bytes<ushort>(file.GetUnsignedShorts(name)),
        SafetensorsType.F16 => Bytes<Half>(file.GetHalves(name)),
        _ => file.GetBytes(name),
    };

    public static byte[] View(SafetensorsFile file, string name) => file.GetInfo(name).Type switch
    {
        SafetensorsType.F32 => Bytes(file.ViewFloats(name)),
        SafetensorsType.F64 => Bytes(file.ViewDoubles(name)),
        SafetensorsType.I32 => Bytes(file.ViewInts(name)),
        SafetensorsType.I64 => Bytes(file.ViewLongs(name)),
        SafetensorsType.I8 => Bytes(file.ViewSignedBytes(name)),
        SafetensorsType.U16 => Bytes(file.ViewUnsignedShorts(name)),
        SafetensorsType.F16 => Bytes(file.ViewHalves(name)),
        _ => Bytes(file.ViewBytes(name)),
    };

    public static byte[] Read(SafetensorsFile file, string name)
    {
        SafetensorsInfo info = file.GetInfo(name);
        byte[] bytes = new byte[info.ByteLength];
        Span<byte> target = bytes;
        switch (info.Type)
        {
            case SafetensorsType.F32: file.ReadFloats(name, MemoryMarshal.Cast<byte, float>(target)); break;
            case SafetensorsType.F64: file.ReadDoubles(name, MemoryMarshal.Cast<byte, double>(target)); break;
            case SafetensorsType.I32: file.ReadInts(name, MemoryMarshal.Cast<byte, int>(target)); break;
            case SafetensorsType.I64: file.ReadLongs(name, MemoryMarshal.Cast<byte, long>(target)); break;
            case SafetensorsType.I8: file.ReadSignedBytes(name, MemoryMarshal.Cast<byte, sbyte>(target)); break;
            case SafetensorsType.U16: file.ReadUnsignedShorts(name, MemoryMarshal.Cast<byte, ushort>(target)); break;
            case SafetensorsType.F16: file.ReadHalves(name, MemoryMarshal.Cast<byte, Half>(target)); break;
            default: file.ReadBytes(name, bytes); break;
        }

        return bytes;
    }

    private static byte[] Bytes<T>(ReadOnlyMemory<T> elements)
        where T : unmanaged
    {
        byte[] bytes = MemoryMarshal.AsBytes(elements.Span).ToArray();
        GC.KeepAlive(elements);
        return bytes;
    }
}
