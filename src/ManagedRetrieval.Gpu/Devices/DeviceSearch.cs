using System.Globalization;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace ManagedRetrieval.Gpu.Devices;

/// <summary>Finds a device that works.</summary>
internal static class DeviceSearch
{
    /// <summary>Opens the best device that is allowed and works: CUDA first, then other GPUs, then the processor by OpenCL.</summary>
    /// <param name="options">Which are allowed.</param>
    /// <param name="limits">How its calls are cut.</param>
    /// <param name="works">Lets a device compute something; one that does it wrong, or throws, is not chosen.</param>
    /// <param name="whyNot">One line that says why there is none; empty where there is.</param>
    /// <param name="drivers">Lists the devices, anew before each that is tried; null asks the drivers. For tests.</param>
    public static GpuDevice? Open(GpuOptions options, WorkLimits limits, Predicate<GpuDevice> works, out string whyNot, Func<Context>? drivers = null)
    {
        OpenClDriver.FindLibrary();
        OpenClDriver.FenceSharedMemory();
        var reasons = new List<string>();
        int tried = 0;
        while (true)
        {
            Context context = (drivers ?? Drivers)();
            Device[] devices = [.. Ranked(context)];
            Device[] allowed = [.. devices.Where(device => WhyNot(device, options) is null)];
            if (tried >= allowed.Length)
            {
                // More were tried than there are where one has gone since, such as a driver that gave up.
                context.Dispose();
                reasons.InsertRange(0, devices.Select(device => WhyNot(device, options)).OfType<string>());
                whyNot = reasons.Count > 0 ? string.Join(" ", reasons) : NoDevice();
                return null;
            }

            string name = NameOf(allowed[tried]);
            try
            {
                GpuDevice device = Tested(context, allowed[tried], limits, works);
                whyNot = "";
                return device;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // Drivers fail in ways of their own; whichever it is, this device cannot be used, and the next may be.
                reasons.Add($"{name} cannot be used: {DriverFailure.Text(failure).TrimEnd('.')}.");
                tried++;
            }
        }
    }

    /// <summary>Plays a device on threads of the processor, where kernels are .NET code: slow, and what their tests are run on everywhere.</summary>
    public static GpuDevice OpenEmulated(WorkLimits limits)
    {
        var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).CPU());
        return new GpuDevice(context, context.GetCPUDevice(0), limits);
    }

    /// <summary>The device's name, and what drives it.</summary>
    public static string NameOf(Device device) => device switch
    {
        CLDevice opencl => $"{device.Name.Trim()} (OpenCL, {opencl.PlatformName.Trim()})",
        { AcceleratorType: AcceleratorType.Cuda } => $"{device.Name.Trim()} (CUDA)",
        _ => "ILGPU's accelerator on the processor",
    };

    /// <remarks>Only at level 2 does ILGPU find out that all our pointers are into global memory; see <see cref="OpenClDriver"/>.</remarks>
    private static Context Drivers() => Context.Create(builder => builder
        .Optimize(OptimizationLevel.O2)
        .Cuda()
        .OpenCL(device =>
        {
            OpenClDriver.AllowWithoutGenericAddresses(device);
            return true;
        })
        .CPU());

    private static IEnumerable<Device> Ranked(Context context)
    {
        Device[] devices = [.. context.Devices.Where(device => device.AcceleratorType != AcceleratorType.CPU)];

        // What CUDA drives comes again by NVIDIA's OpenCL driver, and slower.
        bool hasCuda = devices.Any(device => device.AcceleratorType == AcceleratorType.Cuda);
        return devices
            .Where(device => !hasCuda || device is not CLDevice { Vendor: CLDeviceVendor.Nvidia })
            .OrderBy(device => device.AcceleratorType == AcceleratorType.Cuda ? 0 : IsGpu(device) ? 1 : 2);
    }

    private static bool IsGpu(Device device) => device is not CLDevice opencl || opencl.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_GPU);

    private static string? WhyNot(Device device, GpuOptions options)
    {
        const int Threads = 256, SharedBytes = 20 << 10;
        return options.DeviceName is { } part && !device.Name.Contains(part, StringComparison.OrdinalIgnoreCase) ? $"{NameOf(device)} is not '{part}'."
            : !options.AllowsProcessor && !IsGpu(device) ? $"{NameOf(device)} is no GPU."
            : device.MaxNumThreadsPerGroup < Threads || device.MaxSharedMemoryPerGroup < SharedBytes
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{NameOf(device)} has groups of {device.MaxNumThreadsPerGroup} threads with {device.MaxSharedMemoryPerGroup} bytes, but {Threads} with {SharedBytes} are needed.")
            : null;
    }

    private static string NoDevice() => OpenClDriver.IsInstalled()
        ? "CUDA finds no device, nor does OpenCL, whose loader is installed but has no driver that works."
        : "CUDA finds no device, and no OpenCL driver is installed.";

    private static GpuDevice Tested(Context context, Device chosen, WorkLimits limits, Predicate<GpuDevice> works)
    {
        GpuDevice? device = null;
        try
        {
            device = new GpuDevice(context, chosen, limits);
            return works(device) ? device : throw new GpuException("it does not compute correctly");
        }
        catch (Exception)
        {
            if (device is null)
            {
                context.Dispose();
            }

            device?.Dispose();
            throw;
        }
    }
}
