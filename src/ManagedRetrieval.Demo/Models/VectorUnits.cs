using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Wasm;
using ManagedRetrieval.Engine.Kernels.Gemm;
using ManagedRetrieval.Engine.Kernels.Quantized;

namespace ManagedRetrieval.Demo.Models;

/// <summary>Which vectors the engine computes with here.</summary>
internal static class VectorUnits
{
    /// <summary>In words, such as "128-bit vectors (WebAssembly SIMD); products Packed128, scans Bits128".</summary>
    public static string Description => $"{Width}; products {MicroKernels.Widest<float>()}, scans {ScanStrategies.Widest}";

    private static string Width => PackedSimd.IsSupported ? "128-bit vectors (WebAssembly SIMD)"
        : Vector128.IsHardwareAccelerated ? "128-bit vectors"
        : "no vectors";
}
