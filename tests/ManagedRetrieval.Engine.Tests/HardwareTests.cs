using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedRetrieval.Engine.Tests;

/// <summary>Continuous integration runs them under narrower instructions as well.</summary>
public class HardwareTests
{
    [Fact]
    public void Vectors_of_the_processor_are_used_and_their_lack_is_told_with_the_way_out()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Assert.Equal(Vector128.IsHardwareAccelerated ? 128 : 0, Hardware.VectorBits);
        }
        else if (Avx2.IsSupported)
        {
            Assert.Null(Hardware.Advice);
            Assert.InRange(Hardware.VectorBits, 256, 512);
        }
        else
        {
            Assert.Contains("AVX2", Hardware.Advice, StringComparison.Ordinal);
            Assert.InRange(Hardware.VectorBits, 0, 128);
        }
    }

    [Fact]
    public void The_line_for_the_log_holds_all_of_it()
    {
        string line = Hardware.Describe();
        Assert.Contains(Hardware.VectorBits == 0 ? "no vectors" : Hardware.VectorBits.ToString(CultureInfo.InvariantCulture), line, StringComparison.Ordinal);
        Assert.Contains("compiled at run time", line, StringComparison.Ordinal);
        Assert.False(Hardware.IsCompiledAhead);
        Assert.EndsWith(Hardware.Advice ?? "compiled at run time", line, StringComparison.Ordinal);
    }
}
