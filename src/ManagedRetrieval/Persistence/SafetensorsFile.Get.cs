using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ManagedRetrieval.Persistence;

public sealed partial class SafetensorsFile
{
    /// <summary>Whether the file holds a tensor of that name.</summary>
    public bool Contains(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _index.ContainsKey(name);
    }

    /// <summary>Type and shape of a tensor, if the file holds it.</summary>
    public bool TryGetInfo(string name, [NotNullWhen(true)] out SafetensorsInfo? info)
    {
        ArgumentNullException.ThrowIfNull(name);
        info = _index.TryGetValue(name, out int index) ? _tensors[index] : null;
        return info is not null;
    }

    /// <summary>Type and shape of a tensor.</summary>
    /// <exception cref="SnapshotFormatException">The file holds no such tensor.</exception>
    public SafetensorsInfo GetInfo(string name) => _tensors[IndexOf(name)];

    /// <summary>The value of a metadata key.</summary>
    /// <exception cref="SnapshotFormatException">The file holds no such key.</exception>
    public string GetMetadata(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Metadata.TryGetValue(key, out string? value)
            ? value
            : throw SnapshotFormatException.In(Source, $"metadata '{SnapshotFormatException.Shorten(key)}' is missing.");
    }

    /// <summary>Refuses a tensor of another type or shape.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing or differs; the message holds both shapes.</exception>
    public void RequireShape(string name, SafetensorsType type, params ReadOnlySpan<long> shape)
    {
        SafetensorsInfo info = GetInfo(name);
        long[] found = [.. info.Shape];
        if (info.Type != type || !shape.SequenceEqual(found))
        {
            throw SnapshotFormatException.InTensor(Source, name,
                $"is {SafetensorsInfo.Describe(info.Type, found)}, expected {SafetensorsInfo.Describe(type, shape)}.");
        }
    }

    /// <summary>A copy of an F32 tensor's elements, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing or of another type.</exception>
    public float[] GetFloats(string name) => Get<float>(name, SafetensorsType.F32);

    /// <summary>A copy of an F64 tensor's elements, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing or of another type.</exception>
    public double[] GetDoubles(string name) => Get<double>(name, SafetensorsType.F64);

    /// <summary>A copy of an I32 tensor's elements, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing or of another type.</exception>
    public int[] GetInts(string name) => Get<int>(name, SafetensorsType.I32);

    /// <summary>A copy of an I64 tensor's elements, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing or of another type.</exception>
    public long[] GetLongs(string name) => Get<long>(name, SafetensorsType.I64);

    /// <summary>A copy of a U8 tensor's elements, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing or of another type.</exception>
    public byte[] GetBytes(string name) => Get<byte>(name, SafetensorsType.U8);

    /// <summary>A copy of an I8 tensor's elements, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing or of another type.</exception>
    public sbyte[] GetSignedBytes(string name) => Get<sbyte>(name, SafetensorsType.I8);

    /// <summary>A copy of a U16 tensor's elements, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing or of another type.</exception>
    public ushort[] GetUnsignedShorts(string name) => Get<ushort>(name, SafetensorsType.U16);

    /// <summary>A copy of an F16 tensor's elements, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing or of another type.</exception>
    public Half[] GetHalves(string name) => Get<Half>(name, SafetensorsType.F16);

    /// <summary>Copies an F32 tensor into <paramref name="destination"/>, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing, of another type, or not as long as the destination.</exception>
    public void ReadFloats(string name, Span<float> destination) => Read(name, SafetensorsType.F32, destination);

    /// <summary>Copies an F64 tensor into <paramref name="destination"/>, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing, of another type, or not as long as the destination.</exception>
    public void ReadDoubles(string name, Span<double> destination) => Read(name, SafetensorsType.F64, destination);

    /// <summary>Copies an I32 tensor into <paramref name="destination"/>, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing, of another type, or not as long as the destination.</exception>
    public void ReadInts(string name, Span<int> destination) => Read(name, SafetensorsType.I32, destination);

    /// <summary>Copies an I64 tensor into <paramref name="destination"/>, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing, of another type, or not as long as the destination.</exception>
    public void ReadLongs(string name, Span<long> destination) => Read(name, SafetensorsType.I64, destination);

    /// <summary>Copies a U8 tensor into <paramref name="destination"/>, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing, of another type, or not as long as the destination.</exception>
    public void ReadBytes(string name, Span<byte> destination) => Read(name, SafetensorsType.U8, destination);

    /// <summary>Copies an I8 tensor into <paramref name="destination"/>, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing, of another type, or not as long as the destination.</exception>
    public void ReadSignedBytes(string name, Span<sbyte> destination) => Read(name, SafetensorsType.I8, destination);

    /// <summary>Copies a U16 tensor into <paramref name="destination"/>, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing, of another type, or not as long as the destination.</exception>
    public void ReadUnsignedShorts(string name, Span<ushort> destination) => Read(name, SafetensorsType.U16, destination);

    /// <summary>Copies an F16 tensor into <paramref name="destination"/>, row-major.</summary>
    /// <exception cref="SnapshotFormatException">The tensor is missing, of another type, or not as long as the destination.</exception>
    public void ReadHalves(string name, Span<Half> destination) => Read(name, SafetensorsType.F16, destination);

    /// <summary>The texts that <see cref="SafetensorsWriter.AddStrings"/> stored under a name.</summary>
    /// <exception cref="SnapshotFormatException">
    /// One of the two tensors is missing or of another type or rank, the offsets do not ascend from 0 to the number of
    /// bytes, or a text is not valid UTF-8.
    /// </exception>
    public string[] GetStrings(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string bytes = name + StringTensors.BytesSuffix;
        string offsets = name + StringTensors.OffsetsSuffix;
        RequireShape(bytes, SafetensorsType.U8, GetInfo(bytes).ElementCount);
        RequireShape(offsets, SafetensorsType.I64, GetInfo(offsets).ElementCount);
        return StringTensors.Decode(Source, name, GetBytes(bytes), GetLongs(offsets));
    }

    private T[] Get<T>(string name, SafetensorsType type)
        where T : unmanaged
    {
        int tensor = IndexOf(name, type);
        var values = GC.AllocateUninitializedArray<T>((int)_tensors[tensor].ElementCount);
        Copy<T>(tensor, values);
        return values;
    }

    private void Read<T>(string name, SafetensorsType type, Span<T> destination)
        where T : unmanaged
    {
        int tensor = IndexOf(name, type);
        long count = _tensors[tensor].ElementCount;
        if (count != destination.Length)
        {
            throw SnapshotFormatException.InTensor(Source, name,
                FormattableString.Invariant($"has {count} elements, expected {destination.Length}."));
        }

        Copy(tensor, destination);
    }

    // In pieces, because the bytes may be more than a span can have.
    private void Copy<T>(int tensor, Span<T> destination)
        where T : unmanaged
    {
        const int Piece = 1 << 20;
        for (int start = 0; start < destination.Length; start += Piece)
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(destination.Slice(start, Math.Min(Piece, destination.Length - start)));
            _payloads.Read(tensor, (long)start * Unsafe.SizeOf<T>(), bytes);
            if (!BitConverter.IsLittleEndian)
            {
                LittleEndian.ReverseEach(bytes, Unsafe.SizeOf<T>());
            }
        }
    }

    private int IndexOf(string name, SafetensorsType type)
    {
        int tensor = IndexOf(name);
        SafetensorsType found = _tensors[tensor].Type;
        return found == type
            ? tensor
            : throw SnapshotFormatException.InTensor(Source, name, $"has type {found.Label()}, expected {type.Label()}.");
    }

    private int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _index.TryGetValue(name, out int index)
            ? index
            : throw SnapshotFormatException.InTensor(Source, name, "is missing.");
    }
}
