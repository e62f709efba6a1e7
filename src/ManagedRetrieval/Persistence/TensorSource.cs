using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ManagedRetrieval.Persistence;

/// <summary>A tensor's little-endian payload, made from its elements piece by piece: the bytes may be more than a span can have.</summary>
internal abstract class TensorSource
{
    /// <summary>The number of bytes.</summary>
    public abstract long ByteLength { get; }

    public static TensorSource Of<T>(ReadOnlyMemory<T> values)
        where T : unmanaged => new Elements<T>(values);

    /// <summary>XXH64 of all bytes.</summary>
    public abstract ulong Checksum();

    /// <summary>Copies bytes.</summary>
    /// <param name="offset">The first of them; any, not only that of an element.</param>
    /// <param name="destination">As many as it is long.</param>
    public abstract void Read(long offset, Span<byte> destination);

    private sealed class Elements<T>(ReadOnlyMemory<T> values) : TensorSource
        where T : unmanaged
    {
        private const int Piece = SafetensorsImage.ChunkBytes / 8;

        public override long ByteLength => (long)values.Length * Unsafe.SizeOf<T>();

        public override ulong Checksum()
        {
            var hash = new XxHash64();
            ReadOnlySpan<T> rest = values.Span;
            T[] reversed = BitConverter.IsLittleEndian ? [] : new T[Math.Min(Piece, rest.Length)];
            while (!rest.IsEmpty)
            {
                ReadOnlySpan<T> piece = rest[..Math.Min(Piece, rest.Length)];
                rest = rest[piece.Length..];
                hash.Append(BitConverter.IsLittleEndian ? MemoryMarshal.AsBytes(piece) : Reverse(piece, reversed));
            }

            return hash.Digest();
        }

        public override void Read(long offset, Span<byte> destination)
        {
            int size = Unsafe.SizeOf<T>();
            ReadOnlySpan<T> rest = values.Span[(int)(offset / size)..];
            int skipped = (int)(offset % size);
            Span<T> reversed = stackalloc T[1];
            while (!destination.IsEmpty)
            {
                // Where bytes are reversed, one element after the other is; such machines are rare.
                ReadOnlySpan<byte> bytes = BitConverter.IsLittleEndian
                    ? MemoryMarshal.AsBytes(rest[..Math.Min(Piece, rest.Length)])
                    : Reverse(rest[..1], reversed);
                rest = rest[(bytes.Length / size)..];
                bytes = bytes[skipped..];
                bytes = bytes[..Math.Min(bytes.Length, destination.Length)];
                bytes.CopyTo(destination);
                destination = destination[bytes.Length..];
                skipped = 0;
            }
        }

        private static Span<byte> Reverse(ReadOnlySpan<T> piece, Span<T> room)
        {
            piece.CopyTo(room);
            Span<byte> bytes = MemoryMarshal.AsBytes(room[..piece.Length]);
            LittleEndian.ReverseEach(bytes, Unsafe.SizeOf<T>());
            return bytes;
        }
    }
}
