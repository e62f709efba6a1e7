namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>A score and a place as one number of 64 bits: the greater number is the higher score, or among equals the lower place.</summary>
/// <remarks>No two places have the same key, so the greatest of some keys do not depend on the order in which they are looked at.</remarks>
internal static class ScoreKeys
{
    private const uint Sign = 1u << 31;

    /// <summary>A key.</summary>
    /// <param name="score">A whole number, or what <see cref="Order"/> makes of a float.</param>
    /// <param name="place">Not negative.</param>
    public static ulong Of(uint score, int place) => ((ulong)score << 32) | ~(uint)place;

    /// <summary>The score of a key.</summary>
    public static uint Score(ulong key) => (uint)(key >> 32);

    /// <summary>The place of a key.</summary>
    public static int Place(ulong key) => (int)~(uint)key;

    /// <summary>A number that is greater for a greater float; 0 for NaN, which is the least. −0 is less than 0, so add 0 first where it may come up.</summary>
    public static uint Order(float score)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score);
        return float.IsNaN(score) ? 0 : (bits & Sign) != 0 ? ~bits : bits | Sign;
    }

    /// <summary>The float that <see cref="Order"/> made a number of; NaN for 0.</summary>
    public static float Value(uint order) => BitConverter.UInt32BitsToSingle((order & Sign) != 0 ? order & ~Sign : ~order);
}
