using System.Runtime.InteropServices;

namespace ManagedRetrieval.Persistence;

/// <summary>A tensor's little-endian payload, seen in place where the machine allows it.</summary>
internal abstract class TensorSource
{
    public abstract ReadOnlySpan<byte> Bytes { get; }

    public static TensorSource Of<T>(ReadOnlyMemory<T> values)
        where T : unmanaged =>
        BitConverter.IsLittleEndian ? new View<T>(values) : new View<byte>(LittleEndian.ToBytes(values.Span));

    private sealed class View<T>(ReadOnlyMemory<T> values) : TensorSource
        where T : unmanaged
    {
        public override ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(values.Span);
    }
}
