using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Score and row as one number, greater where the score is, and among equal scores where the row is lower: no two of a query's are equal.</summary>
internal static class ScoreKey
{
    /// <summary>What no entry has: a place that is empty.</summary>
    public const ulong None = 0;

    /// <summary>The key of an entry, or <see cref="None"/> where the score is no number.</summary>
    public static ulong Of(float score, int row)
    {
        if (!DeviceMath.IsNumber(score))
        {
            return None;
        }

        // Bits of floats ascend with their values, but for the sign. Both zeros are equal scores.
        uint bits = Interop.FloatAsInt(score);
        bits = bits == 0x80000000 ? 0 : bits;
        uint ordered = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        return ((ulong)ordered << 32) | ~(uint)row;
    }

    /// <summary>The score of an entry.</summary>
    public static float Score(ulong key)
    {
        uint ordered = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle((ordered & 0x80000000) != 0 ? ordered ^ 0x80000000 : ~ordered);
    }

    /// <summary>The row of an entry.</summary>
    public static int Row(ulong key) => (int)~(uint)key;
}
