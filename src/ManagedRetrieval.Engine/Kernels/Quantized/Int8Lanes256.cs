using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Eight rows.</summary>
internal readonly unsafe struct Int8Lanes256 : IInt8Lanes<Vector256<int>>
{
    /// <inheritdoc/>
    public static int Count => Vector256<int>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(sbyte* query) => Vector256.Create(*(int*)query);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* rows) => Vector256.Load((int*)rows);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> rows, Vector256<int> query, Vector256<int> sums) => AvxVnni.IsSupported
        ? AvxVnni.MultiplyWideningAndAdd(sums, rows.AsByte(), query.AsSByte())
        : sums + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(rows.AsByte(), query.AsSByte()), Vector256<short>.One);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Finish(Vector256<int> sums, in Int8Query query, float* scales, float threshold, float* scores)
    {
        Vector256<float> dots = Vector256.ConvertToSingle(sums - Vector256.Create(query.Offset));
        Vector256<float> result = (dots * Vector256.Load(scales) * Vector256.Create(query.Scale)) + Vector256.Create(query.Bias);
        result.Store(scores);
        return Vector256.GreaterThanOrEqual(result, Vector256.Create(threshold)).ExtractMostSignificantBits();
    }
}
