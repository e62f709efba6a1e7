using System.Runtime.InteropServices;

namespace ManagedRetrieval.Engine.Memory;

/// <summary>A use of a <see cref="MappedFile"/>, which stays mapped until it is disposed, once. The default value holds nothing.</summary>
internal readonly struct MappedHold(SafeBuffer buffer) : IDisposable
{
    private readonly SafeBuffer? _buffer = buffer;

    /// <summary>Ends the use, and the mapping where it was the last of a file that was disposed.</summary>
    public void Dispose() => _buffer?.DangerousRelease();
}
