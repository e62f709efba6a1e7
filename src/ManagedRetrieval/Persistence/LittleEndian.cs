using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ManagedRetrieval.Persistence;

/// <summary>Moves elements between memory and the little-endian bytes of a file.</summary>
internal static class LittleEndian
{
    public static byte[] ToBytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        byte[] bytes = MemoryMarshal.AsBytes(values).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            ReverseEach(bytes, Unsafe.SizeOf<T>());
        }

        return bytes;
    }

    /// <summary>Both spans must have the same number of bytes.</summary>
    public static void CopyTo<T>(ReadOnlySpan<byte> bytes, Span<T> values)
        where T : unmanaged
    {
        Span<byte> target = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(target);
        if (!BitConverter.IsLittleEndian)
        {
            ReverseEach(target, Unsafe.SizeOf<T>());
        }
    }

    internal static void ReverseEach(Span<byte> bytes, int size)
    {
        for (int start = 0; start < bytes.Length; start += size)
        {
            bytes.Slice(start, size).Reverse();
        }
    }
}
