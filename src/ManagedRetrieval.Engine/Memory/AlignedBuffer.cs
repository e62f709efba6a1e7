using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ManagedRetrieval.Engine.Memory;

/// <summary>Managed memory that starts on a cache line and never moves.</summary>
/// <remarks>
/// A vector load that straddles two cache lines costs twice, so every tensor that the engine makes starts on a line;
/// and memory that moved with the garbage collector would make timings differ from run to run.
/// </remarks>
internal static class AlignedBuffer
{
    /// <summary>One cache line, which is also one <c>Vector512</c>.</summary>
    public const int Alignment = 64;

    /// <summary>Allocates <paramref name="length"/> zeroed elements.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An array could not hold them and what alignment may skip.</exception>
    public static unsafe Memory<T> Allocate<T>(int length)
        where T : unmanaged
    {
        if (length == 0)
        {
            return Memory<T>.Empty;
        }

        int skipped = (Alignment / sizeof(T)) - 1;
        if (length > Array.MaxLength - skipped)
        {
            throw new ArgumentOutOfRangeException(nameof(length), FormattableString.Invariant(
                $"New memory holds at most {Array.MaxLength - skipped} elements of {typeof(T).Name}, not {length}."));
        }

        T[] array = GC.AllocateArray<T>(length + skipped, pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        int skip = (int)((Alignment - (address % Alignment)) % Alignment) / sizeof(T);
        return array.AsMemory(skip, length);
    }

    /// <summary>The number of elements, at least <paramref name="length"/>, after which the next line starts.</summary>
    public static unsafe int RoundUp<T>(int length)
        where T : unmanaged
    {
        int perLine = Alignment / sizeof(T);
        return checked(length + perLine - 1) / perLine * perLine;
    }

    /// <summary>The first cache line at or after an address of rented memory, which then needs a line of room to spare.</summary>
    public static unsafe T* Align<T>(T* address)
        where T : unmanaged => (T*)(((nuint)address + Alignment - 1) / Alignment * Alignment);
}
