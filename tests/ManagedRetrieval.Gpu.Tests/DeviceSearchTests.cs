using ILGPU;
using ILGPU.Runtime.CPU;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.Gpu.Work;

namespace ManagedRetrieval.Gpu.Tests;

/// <summary>How a device is chosen, and what it must do for that.</summary>
public sealed class DeviceSearchTests
{
    [Fact]
    public void A_device_that_computes_correctly_passes_the_test_of_itself_and_gives_back_its_memory()
    {
        using GpuDevice device = DeviceSearch.OpenEmulated(new WorkLimits());
        Assert.True(SelfTest.IsRight(device));
        Assert.Equal(0, device.BytesInUse);
    }

    [DeviceFact]
    public void A_device_that_does_not_compute_correctly_is_not_chosen_and_said_to_be_the_reason()
    {
        Assert.Null(DeviceSearch.Open(new GpuOptions { AllowsProcessor = true }, new WorkLimits(), _ => false, out string whyNot));
        Assert.Contains("cannot be used: it does not compute correctly.", whyNot, StringComparison.Ordinal);
    }

    [DeviceFact]
    public void A_device_that_disappears_while_others_are_tried_is_no_error()
    {
        int asked = 0;
        Context Drivers() => Context.Create(builder => (asked++ == 0 ? OpenCl(builder) : builder).CPU());
        Assert.Null(DeviceSearch.Open(new GpuOptions { AllowsProcessor = true }, new WorkLimits(), _ => false, out string whyNot, Drivers));
        Assert.Equal(2, asked);
        Assert.Contains("cannot be used", whyNot, StringComparison.Ordinal);
    }

    private static Context.Builder OpenCl(Context.Builder builder) => ILGPU.Runtime.OpenCL.CLContextExtensions.OpenCL(builder, device =>
    {
        OpenClDriver.AllowWithoutGenericAddresses(device);
        return true;
    });
}
