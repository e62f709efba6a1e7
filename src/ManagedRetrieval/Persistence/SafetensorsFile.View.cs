namespace ManagedRetrieval.Persistence;

public sealed partial class SafetensorsFile
{
    /// <summary>An F32 tensor's elements, row-major: in place where the file is mapped, else a copy.</summary>
    /// <remarks>
    /// <para>
    /// A view in place costs nothing and may only be read; a write past the read-only type ends the process. It keeps the
    /// mapping alive, which a span taken from it does not: see <see cref="Map(string, bool)"/>. Elements are not checked
    /// against their checksum; see <see cref="Verify"/>.
    /// </para>
    /// <para>
    /// Of a mapped file, too, there is a copy where the machine is big-endian, and where the tensor does not lie at a
    /// multiple of its element size, as only files of other writers may have it.
    /// </para>
    /// </remarks>
    /// <exception cref="SnapshotFormatException">The tensor is missing or of another type.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed. The view says so too, once its span is asked for.</exception>
    public ReadOnlyMemory<float> ViewFloats(string name) => View<float>(name, SafetensorsType.F32);

    /// <summary>An F64 tensor's elements, row-major: in place where the file is mapped, else a copy.</summary>
    /// <inheritdoc cref="ViewFloats" path="/remarks|/exception"/>
    public ReadOnlyMemory<double> ViewDoubles(string name) => View<double>(name, SafetensorsType.F64);

    /// <summary>An F16 tensor's elements, row-major: in place where the file is mapped, else a copy.</summary>
    /// <inheritdoc cref="ViewFloats" path="/remarks|/exception"/>
    public ReadOnlyMemory<Half> ViewHalves(string name) => View<Half>(name, SafetensorsType.F16);

    /// <summary>An I64 tensor's elements, row-major: in place where the file is mapped, else a copy.</summary>
    /// <inheritdoc cref="ViewFloats" path="/remarks|/exception"/>
    public ReadOnlyMemory<long> ViewLongs(string name) => View<long>(name, SafetensorsType.I64);

    /// <summary>An I32 tensor's elements, row-major: in place where the file is mapped, else a copy.</summary>
    /// <inheritdoc cref="ViewFloats" path="/remarks|/exception"/>
    public ReadOnlyMemory<int> ViewInts(string name) => View<int>(name, SafetensorsType.I32);

    /// <summary>A U16 tensor's elements, row-major: in place where the file is mapped, else a copy.</summary>
    /// <inheritdoc cref="ViewFloats" path="/remarks|/exception"/>
    public ReadOnlyMemory<ushort> ViewUnsignedShorts(string name) => View<ushort>(name, SafetensorsType.U16);

    /// <summary>An I8 tensor's elements, row-major: in place where the file is mapped, else a copy.</summary>
    /// <inheritdoc cref="ViewFloats" path="/remarks|/exception"/>
    public ReadOnlyMemory<sbyte> ViewSignedBytes(string name) => View<sbyte>(name, SafetensorsType.I8);

    /// <summary>A U8 tensor's elements, row-major: in place where the file is mapped, else a copy.</summary>
    /// <inheritdoc cref="ViewFloats" path="/remarks|/exception"/>
    public ReadOnlyMemory<byte> ViewBytes(string name) => View<byte>(name, SafetensorsType.U8);

    /// <summary>The texts that <see cref="SafetensorsWriter.AddStrings"/> stored: each decoded when it is asked for where the file is mapped, else all at once.</summary>
    /// <exception cref="SnapshotFormatException">
    /// One of the two tensors is missing or of another type or rank. In a file that was loaded also what <see cref="GetStrings"/> refuses; of a mapped one a text that is
    /// damaged is noticed when it is asked for.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public IReadOnlyList<string> ViewStrings(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsMapped)
        {
            return GetStrings(name);
        }

        string bytes = name + StringTensors.BytesSuffix, offsets = name + StringTensors.OffsetsSuffix;
        RequireShape(bytes, SafetensorsType.U8, GetInfo(bytes).ElementCount);
        RequireShape(offsets, SafetensorsType.I64, GetInfo(offsets).ElementCount);
        return GetInfo(offsets).ElementCount > 0
            ? new StringList(Source, name, ViewBytes(bytes), ViewLongs(offsets))
            : throw SnapshotFormatException.InTensor(Source, offsets, "has no element, expected at least one.");
    }

    private ReadOnlyMemory<T> View<T>(string name, SafetensorsType type)
        where T : unmanaged =>
        _payloads.TryView(IndexOf(name, type), out ReadOnlyMemory<T> view) ? view : Get<T>(name, type);
}
