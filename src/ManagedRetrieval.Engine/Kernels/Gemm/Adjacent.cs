using System.Runtime.CompilerServices;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>Side by side.</summary>
internal readonly struct Adjacent : IApart
{
    /// <inheritdoc/>
    public static nint Elements
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    /// <inheritdoc/>
    public static bool FetchesAhead
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }
}
