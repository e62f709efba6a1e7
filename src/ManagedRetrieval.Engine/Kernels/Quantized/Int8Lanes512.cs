using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Sixteen rows.</summary>
/// <remarks>The instruction that sums all four products at once is there for registers of 256 bits only, as of .NET 10.</remarks>
internal readonly unsafe struct Int8Lanes512 : IInt8Lanes<Vector512<int>>
{
    /// <inheritdoc/>
    public static int Count => Vector512<int>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Broadcast(sbyte* query) => Vector512.Create(*(int*)query);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(byte* rows) => Vector512.Load((int*)rows);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MultiplyAdd(Vector512<int> rows, Vector512<int> query, Vector512<int> sums) =>
        sums + Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(rows.AsByte(), query.AsSByte()), Vector512<short>.One);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Finish(Vector512<int> sums, in Int8Query query, float* scales, float threshold, float* scores)
    {
        Vector512<float> dots = Vector512.ConvertToSingle(sums - Vector512.Create(query.Offset));
        Vector512<float> result = (dots * Vector512.Load(scales) * Vector512.Create(query.Scale)) + Vector512.Create(query.Bias);
        result.Store(scores);
        return (uint)Vector512.GreaterThanOrEqual(result, Vector512.Create(threshold)).ExtractMostSignificantBits();
    }
}
