using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>What the processor can.</summary>
internal static class ScanStrategies
{
    /// <summary>The widest.</summary>
    public static ScanStrategy Widest => Can(ScanStrategy.Bits512) ? ScanStrategy.Bits512
        : Can(ScanStrategy.Bits256) ? ScanStrategy.Bits256
        : Can(ScanStrategy.Bits128) ? ScanStrategy.Bits128
        : ScanStrategy.Scalar;

    /// <summary>Whether the processor can scan so.</summary>
    public static bool Can(ScanStrategy strategy) => strategy switch
    {
        ScanStrategy.Bits512 => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported,
        ScanStrategy.Bits256 => Avx2.IsSupported,
        ScanStrategy.Bits128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };
}
