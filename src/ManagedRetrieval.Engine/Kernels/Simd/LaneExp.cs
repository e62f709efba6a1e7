namespace ManagedRetrieval.Engine.Kernels.Simd;

/// <summary>How floats and doubles are laid out.</summary>
internal static class LaneExp
{
    /// <summary>Bits of a float's fraction.</summary>
    public const int FloatMantissa = 23;

    /// <summary>Bits of a double's fraction.</summary>
    public const int DoubleMantissa = 52;
}
