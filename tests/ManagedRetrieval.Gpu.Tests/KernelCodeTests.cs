using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.Gpu.Kernels;

namespace ManagedRetrieval.Gpu.Tests;

/// <summary>What the kernels become for devices that nobody here may have: assembly for NVIDIA's cards, and OpenCL's C.</summary>
public sealed partial class KernelCodeTests : IClassFixture<KernelCodeTests.Compilers>
{
    private const string Product = "MatrixProductKernel`1";

    /// <summary>Bytes of shared memory that each kernel takes: two strips of 16 · 65 floats, 256 floats of a sum; 16 counts of 256 threads with their sums, and what each thread found.</summary>
    private static readonly Dictionary<string, int> SharedBytes = new(StringComparer.Ordinal)
    {
        [Product] = 8320,
        [nameof(SelectKernel)] = 16384 + 64 + 1024,
        [nameof(MergeKernel)] = 16384 + 64 + 1024,
        [nameof(MineKernel)] = 16384 + 64,
        [nameof(RowLossKernel)] = 1024,
    };

    private readonly Compilers _compilers;

    public KernelCodeTests(Compilers compilers) => _compilers = compilers;

    public static TheoryData<string> Kernels => [.. Types().Select(type => type.Name)];

    public static TheoryData<string, string> KernelsAndCards
    {
        get
        {
            var both = new TheoryData<string, string>();
            foreach (Type kernel in Types())
            {
                both.Add(kernel.Name, "SM_80");
                both.Add(kernel.Name, "SM_90");
            }

            return both;
        }
    }

    [Theory]
    [MemberData(nameof(KernelsAndCards))]
    public void Assembly_for_a_card_needs_no_local_memory_and_so_much_shared_memory(string kernel, string card)
    {
        string assembly = _compilers.Ptx(Method(kernel), card);

        // ILGPU 1.5.3 names no later target than this; a driver translates it for later cards.
        Assert.Contains(".target sm_80", assembly, StringComparison.Ordinal);
        Assert.Contains(".entry", assembly, StringComparison.Ordinal);
        Assert.DoesNotContain(".local", assembly, StringComparison.Ordinal);
        Assert.DoesNotContain("call", assembly, StringComparison.Ordinal);
        Assert.DoesNotContain(".f64", assembly, StringComparison.Ordinal);
        Assert.Equal(SharedBytes.GetValueOrDefault(kernel), SharedArray().Matches(assembly).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)));
    }

    /// <remarks>
    /// ILGPU writes a multiplication and an addition without a rounding modifier, which lets the assembler make one instruction of them, and it
    /// does unless it is told otherwise. With a modifier, such as .rn, it may not.
    /// </remarks>
    [Theory]
    [InlineData("SM_80")]
    [InlineData("SM_90")]
    public void The_product_lets_every_multiplication_be_joined_with_its_addition_and_waits_twice_for_each_strip(string card)
    {
        string assembly = _compilers.Ptx(Method(Product), card);
        MatchCollection sums = MultiplyAdd().Matches(assembly);
        Assert.Equal(16, sums.Count);
        Assert.All(sums, sum => Assert.True(sum.Groups[2].Value == sum.Groups[1].Value || sum.Groups[3].Value == sum.Groups[1].Value, sum.Value));
        Assert.DoesNotMatch(@"(mul|add)\.r[nzmp]\.f32", assembly);
        Assert.Equal(2, Regex.Count(assembly, @"bar\.sync"));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void OpenCL_source_has_its_shared_memory_and_no_pointer_of_unknown_address_space(string kernel)
    {
        string source = _compilers.OpenCl(Method(kernel));
        Assert.Contains("kernel void", source, StringComparison.Ordinal);
        Assert.DoesNotContain("generic", source, StringComparison.Ordinal);
        Assert.DoesNotContain("double", source, StringComparison.Ordinal);
        Assert.Equal(SharedBytes.ContainsKey(kernel), source.Contains("local ", StringComparison.Ordinal));
    }

    /// <remarks>OpenCL's C promises that a thread sees what others wrote before a barrier only in the memory that the barrier names.</remarks>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_barrier_in_OpenCL_source_is_for_shared_and_for_global_memory(string kernel)
    {
        Assert.True(OpenClDriver.FenceSharedMemory());
        string source = _compilers.OpenCl(Method(kernel));
        int barriers = Regex.Count(source, "barrier");
        Assert.Equal(barriers, Regex.Count(source, @"work_group_barrier \( CLK_LOCAL_MEM_FENCE \| CLK_GLOBAL_MEM_FENCE \);"));
        Assert.True(barriers > 0 || !SharedBytes.ContainsKey(kernel));
    }

    [GeneratedRegex(@"\.shared[^\[\n]*\[(\d+)\]")]
    private static partial Regex SharedArray();

    [GeneratedRegex(@"mul\.f32\s+(%f\d+), %f\d+, %f\d+;\s+add\.f32\s+%f\d+, (%f\d+), (%f\d+);")]
    private static partial Regex MultiplyAdd();

    private static IEnumerable<Type> Types() => typeof(GpuBackend).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(ScoreKey).Namespace && type.Name.Contains("Kernel", StringComparison.Ordinal) && type is { IsAbstract: true, IsSealed: true });

    private static MethodInfo Method(string name)
    {
        Type type = Types().Single(type => type.Name == name);
        return (type.IsGenericTypeDefinition ? type.MakeGenericType(typeof(TileOf16)) : type).GetMethod("Run")!;
    }

    /// <summary>ILGPU's compilers, without devices.</summary>
    public sealed class Compilers : IDisposable
    {
        private readonly Context _context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).CPU());

        public void Dispose() => _context.Dispose();

        public string Ptx(MethodInfo kernel, string card)
        {
            var architecture = (CudaArchitecture)typeof(CudaArchitecture).GetField(card)!.GetValue(null)!;
            using var backend = new PTXBackend(_context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_80, null);
            return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).PTXAssembly;
        }

        public string OpenCl(MethodInfo kernel)
        {
            // Five abilities that a device may have: none of them is needed.
            ConstructorInfo constructor = typeof(CLCapabilityContext).GetConstructors().Single(other => other.GetParameters().All(parameter => parameter.ParameterType == typeof(bool)));
            var abilities = (CLCapabilityContext)constructor.Invoke([.. constructor.GetParameters().Select(parameter => (object)(parameter.Name!.Contains("generic", StringComparison.OrdinalIgnoreCase)))]);
            using var backend = new CLBackend(_context, abilities, CLDeviceVendor.Other, new CLCVersion(1, 2));
            return ((CLCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).Source;
        }
    }
}
