using System.Runtime.Intrinsics;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>Look-up tables of a query for <see cref="FourBitScan"/>: what each code of each sub-space adds to a score, in a byte.</summary>
/// <remarks>
/// entry = (value − the sub-space's least) / scale, rounded, with scale = the greatest range of a sub-space / 255, common to all
/// so that sums compare. bias + scale · (sum of entries) differs from the sum of values by half a scale for each sub-space
/// at most, but for the rounding of floats. A sub-space's 16 entries lie there twice, as many bytes as its codes of a block, so that
/// a register of up to 256 bits is filled by one load, and one of 512 bits with two sub-spaces.
/// </remarks>
internal static class FourBitTable
{
    /// <summary>Bytes of a table: [sub-spaces, 2, 16].</summary>
    public static int Length(int subspaces) => FourBitCodes.BlockBytes(subspaces);

    /// <summary>Makes a table; what fills up the sub-spaces becomes 0.</summary>
    /// <param name="values">[sub-spaces, 16], finite.</param>
    /// <param name="table">As long as <see cref="Length"/> says.</param>
    /// <param name="scale">What a step of a sum is worth; 0 where no sub-space tells its codes apart by more than the least float can.</param>
    /// <param name="bias">What a sum of 0 is worth: the least value of every sub-space, summed in their order.</param>
    public static void Build(ReadOnlySpan<float> values, Span<byte> table, out float scale, out float bias)
    {
        float range = 0;
        bias = 0;
        for (int start = 0; start < values.Length; start += FourBitCodes.Values)
        {
            (float least, float greatest) = Extremes(values.Slice(start, FourBitCodes.Values));
            bias += least;
            range = MathF.Max(range, greatest - least);
        }

        scale = range / byte.MaxValue;
        table.Clear();
        for (int start = 0; start < values.Length && scale > 0; start += FourBitCodes.Values)
        {
            ReadOnlySpan<float> of = values.Slice(start, FourBitCodes.Values);
            Vector128<float> least = Vector128.Create(Extremes(of).Least), divisor = Vector128.Create(scale);
            Vector128<ushort> low = Vector128.Narrow(Entries(of, least, divisor), Entries(of[4..], least, divisor));
            Vector128<ushort> high = Vector128.Narrow(Entries(of[8..], least, divisor), Entries(of[12..], least, divisor));
            Vector128<byte> entries = Vector128.Narrow(low, high);
            entries.CopyTo(table[(2 * start)..]);
            entries.CopyTo(table[((2 * start) + FourBitCodes.Values)..]);
        }
    }

    private static Vector128<uint> Entries(ReadOnlySpan<float> values, Vector128<float> least, Vector128<float> scale)
    {
        // A scale so small that it has few bits left could lead beyond 255.
        Vector128<float> entries = ((Vector128.Create(values) - least) / scale) + Vector128.Create(0.5f);
        return Vector128.ConvertToInt32(Vector128.Min(entries, Vector128.Create((float)byte.MaxValue))).AsUInt32();
    }

    private static (float Least, float Greatest) Extremes(ReadOnlySpan<float> values)
    {
        Vector128<float> a = Vector128.Create(values), b = Vector128.Create(values[4..]), c = Vector128.Create(values[8..]), d = Vector128.Create(values[12..]);
        Vector128<float> least = Vector128.Min(Vector128.Min(a, b), Vector128.Min(c, d)), greatest = Vector128.Max(Vector128.Max(a, b), Vector128.Max(c, d));
        return (
            MathF.Min(MathF.Min(least[0], least[1]), MathF.Min(least[2], least[3])),
            MathF.Max(MathF.Max(greatest[0], greatest[1]), MathF.Max(greatest[2], greatest[3])));
    }
}
