using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime.OpenCL;

namespace ManagedRetrieval.Gpu.Devices;

/// <summary>Two things without which ILGPU 1.5.3 does not find, or refuses, an OpenCL driver that would do. To be looked at again with each new version of ILGPU.</summary>
internal static class OpenClDriver
{
    private static readonly Lazy<bool> Resolved = new(Resolve);

    /// <summary>Lets ILGPU load the OpenCL loader by the name that an installation without developers' files has.</summary>
    /// <remarks>
    /// ILGPU asks for "OpenCL", which on Linux is libOpenCL.so; that name comes with the developers' package alone, and what drivers bring is
    /// libOpenCL.so.1. An assembly takes one resolver: where the host has set its own, that one stays, and it is the host's to find the library.
    /// </remarks>
    /// <returns>Whether ours is in place.</returns>
    public static bool FindLibrary() => Resolved.Value;

    /// <summary>Whether an OpenCL loader is installed.</summary>
    public static bool IsInstalled()
    {
        if (NativeLibrary.TryLoad("OpenCL", typeof(Context).Assembly, null, out nint library) || NativeLibrary.TryLoad("libOpenCL.so.1", out library))
        {
            NativeLibrary.Free(library);
            return true;
        }

        return false;
    }

    /// <summary>Says that a device has a generic address space, without which ILGPU refuses it.</summary>
    /// <remarks>
    /// OpenCL 3 made it optional, and PoCL 3.1 does without. ILGPU needs it for pointers of which it does not know whether they are into global or
    /// shared memory. Optimised at level 2, our kernels have none: a test looks for them in the source that is made. The property has no
    /// public setter.
    /// </remarks>
    public static void AllowWithoutGenericAddresses(CLDevice device) =>
        typeof(CLCapabilityContext).GetProperty("GenericAddressSpace", BindingFlags.Instance | BindingFlags.Public)?.GetSetMethod(nonPublic: true)?.Invoke(device.Capabilities, [true]);

    private static bool Resolve()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(
                typeof(Context).Assembly,
                (name, _, _) => name == "OpenCL" && OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libOpenCL.so.1", out nint library) ? library : 0);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
