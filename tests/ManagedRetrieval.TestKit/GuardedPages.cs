using System.Runtime.InteropServices;

namespace ManagedRetrieval.TestKit;

/// <summary>What <see cref="GuardedMemory{T}"/> asks of Linux.</summary>
internal static partial class GuardedPages
{
    [LibraryImport("libc", EntryPoint = "mmap")]
    internal static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    internal static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    internal static partial int Unmap(nint address, nuint length);
}
