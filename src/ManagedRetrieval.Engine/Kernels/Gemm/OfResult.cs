using System.Runtime.CompilerServices;
using ManagedRetrieval.Engine.Kernels.Simd;

namespace ManagedRetrieval.Engine.Kernels.Gemm;

/// <summary>As the rows of a strip of results, two vectors wide.</summary>
internal readonly struct OfResult<T, TVector, TLanes> : IApart
    where T : unmanaged
    where TVector : struct
    where TLanes : struct, ILanes<T, TVector>
{
    /// <inheritdoc/>
    public static nint Elements
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TLanes.Count;
    }

    /// <inheritdoc/>
    public static bool FetchesAhead
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }
}
