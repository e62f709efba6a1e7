using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using ManagedRetrieval.Engine.Kernels.Gemm;

namespace ManagedRetrieval.Engine;

/// <summary>Which vector instructions the kernels of this process use, and why not wider ones.</summary>
/// <remarks>
/// A program that is compiled ahead of time may use what it was compiled for and no more, whatever the processor has: Native
/// AOT for x64 compiles for 128 bits unless <c>IlcInstructionSet</c> says otherwise. It then gives the same answers, many
/// times slower. A host can ask here and say so in its log.
/// </remarks>
public static class Hardware
{
    /// <summary>The bits of the vectors that kernels use: 512, 256 or 128, or 0 where there are none.</summary>
    public static int VectorBits => MicroKernels.Widest<float>() switch
    {
        GemmStrategy.Packed512 => 512,
        GemmStrategy.Packed256 => 256,
        GemmStrategy.Packed128 => 128,
        _ => 0,
    };

    /// <summary>Whether this process was compiled ahead of time, without a compiler at run time.</summary>
    public static bool IsCompiledAhead => !RuntimeFeature.IsDynamicCodeSupported;

    /// <summary>What to do about vectors of 128 bits or none on a processor of x64 or Arm64, or null where all is well.</summary>
    public static string? Advice => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when VectorBits < 256 => IsCompiledAhead
            ? "this program was compiled ahead of time without AVX2; publish it with IlcInstructionSet set to x86-64-v3 or x86-64-v4"
            : "the processor has no AVX2, or a setting such as DOTNET_EnableAVX2=0 turns it off",
        Architecture.Arm64 when VectorBits < 128 => "a setting such as DOTNET_EnableHWIntrinsic=0 turns vectors off",
        _ => null,
    };

    /// <summary>One line for a log: the width of the vectors, whether multiply-add is one instruction, how the code was compiled, and the advice if there is one.</summary>
    public static string Describe()
    {
        string vectors = VectorBits == 0 ? "no vectors" : string.Create(CultureInfo.InvariantCulture, $"vectors of {VectorBits} bits");
        string fused = Fma.IsSupported || AdvSimd.IsSupported ? "fused multiply-add" : "multiply-add in software";
        string compiled = IsCompiledAhead ? "compiled ahead of time" : "compiled at run time";
        return $"{vectors}, {fused}, {compiled}{(Advice is { } advice ? $": slow, {advice}" : "")}";
    }
}
