using System.Reflection;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.TestKit;
using Xunit.Abstractions;

namespace ManagedRetrieval.Gpu.Tests;

/// <summary>What the backend does on a device of a real driver, which not every machine has.</summary>
public sealed class DeviceBackendTests(ITestOutputHelper output)
{
    private static readonly Lazy<GpuBackend> Whole = new(() => OpenClDevice.Open()), InPieces = new(() => OpenClDevice.Open(new WorkLimits { Scores = 500, Candidates = 37 }));

    /// <summary>Every test of the contract. A test that is inherited cannot be skipped where there is no device; a theory can.</summary>
    public static TheoryData<string, int> Tests
    {
        get
        {
            var tests = new TheoryData<string, int>();
            foreach (MethodInfo method in typeof(OwnBackendContract<float>).GetMethods().Where(method => method.IsDefined(typeof(FactAttribute))))
            {
                for (int i = 0; i < Math.Max(1, method.GetCustomAttributes<InlineDataAttribute>().Count()); i++)
                {
                    tests.Add(method.Name, i);
                }
            }

            return tests;
        }
    }

    [DeviceFact]
    public void The_device_has_a_name()
    {
        output.WriteLine($"The backend's contract is kept on {Whole.Value.Name}.");
        Assert.Contains("(", Whole.Value.Name, StringComparison.Ordinal);
    }

    [DeviceTheory]
    [MemberData(nameof(Tests))]
    public Task The_contract_is_kept(string test, int data) => Run(Whole.Value, test, data);

    [DeviceTheory]
    [MemberData(nameof(Tests))]
    public Task The_contract_is_kept_where_the_work_is_cut_to_small_pieces(string test, int data) => Run(InPieces.Value, test, data);

    private static async Task Run(GpuBackend backend, string test, int data)
    {
        MethodInfo method = typeof(OwnBackendContract<float>).GetMethod(test)!;
        object[]? arguments = method.GetCustomAttributes<InlineDataAttribute>().Skip(data).FirstOrDefault()?.GetData(method).Single();
        using var contract = new Contract(backend);
        if (method.Invoke(contract, BindingFlags.DoNotWrapExceptions, null, arguments, null) is Task task)
        {
            await task;
        }
    }

    private sealed class Contract(GpuBackend backend) : OwnBackendContract<float>
    {
        protected override IComputeBackend<float> Backend => backend;
    }
}
