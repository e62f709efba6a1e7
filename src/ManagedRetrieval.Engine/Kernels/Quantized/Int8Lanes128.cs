using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Wasm;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Four rows.</summary>
/// <remarks>Each second byte is widened to 16 bits, whose products every processor's instruction sums by pairs in 32.</remarks>
internal readonly unsafe struct Int8Lanes128 : IInt8Lanes<Vector128<int>>
{
    /// <inheritdoc/>
    public static int Count => Vector128<int>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Broadcast(sbyte* query) => Vector128.Create(*(int*)query);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Load(byte* rows) => Vector128.Load((int*)rows);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAdd(Vector128<int> rows, Vector128<int> query, Vector128<int> sums)
    {
        Vector128<short> evenRows = (rows & Vector128.Create(0x00FF00FF)).AsInt16(), oddRows = Vector128.ShiftRightLogical(rows.AsUInt16(), 8).AsInt16();
        Vector128<short> evenQuery = Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(query.AsInt16(), 8), 8);
        Vector128<short> oddQuery = Vector128.ShiftRightArithmetic(query.AsInt16(), 8);
        return sums + Pairs(evenRows, evenQuery) + Pairs(oddRows, oddQuery);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Finish(Vector128<int> sums, in Int8Query query, float* scales, float threshold, float* scores)
    {
        Vector128<float> dots = Vector128.ConvertToSingle(sums - Vector128.Create(query.Offset));
        Vector128<float> result = (dots * Vector128.Load(scales) * Vector128.Create(query.Scale)) + Vector128.Create(query.Bias);
        result.Store(scores);
        return Vector128.GreaterThanOrEqual(result, Vector128.Create(threshold)).ExtractMostSignificantBits();
    }

    /// <summary>a[2i] · b[2i] + a[2i + 1] · b[2i + 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Pairs(Vector128<short> a, Vector128<short> b)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(a, b);
        }

        if (PackedSimd.IsSupported)
        {
            return PackedSimd.Dot(a, b);
        }

        // Products of the lower and upper halves of 32 bits: no product of these needs more than 15 bits and a sign.
        Vector128<int> products = (a * b).AsInt32();
        return Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(products, 16), 16) + Vector128.ShiftRightArithmetic(products, 16);
    }
}
