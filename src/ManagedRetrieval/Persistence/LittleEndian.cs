namespace ManagedRetrieval.Persistence;

/// <summary>Turns elements of memory into the little-endian bytes of a file, and back, where memory is big-endian.</summary>
internal static class LittleEndian
{
    public static void ReverseEach(Span<byte> bytes, int size)
    {
        for (int start = 0; start < bytes.Length; start += size)
        {
            bytes.Slice(start, size).Reverse();
        }
    }
}
