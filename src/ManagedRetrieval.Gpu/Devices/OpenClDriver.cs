using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime.OpenCL;

namespace ManagedRetrieval.Gpu.Devices;

/// <summary>Three things without which ILGPU 1.5.3 does not find an OpenCL driver that would do, refuses it, or makes kernels that count on more than OpenCL promises. To be looked at again with each new version of ILGPU.</summary>
internal static class OpenClDriver
{
    private static readonly Lazy<bool> Resolved = new(Resolve), Fenced = new(Fence);

    /// <summary>Lets ILGPU load the OpenCL loader by the name that an installation without developers' files has.</summary>
    /// <remarks>
    /// ILGPU asks for "OpenCL", which on Linux is libOpenCL.so; that name comes with the developers' package alone, and what drivers bring is
    /// libOpenCL.so.1. An assembly takes one resolver: where the host has set its own, that one stays, and it is the host's to find the library.
    /// </remarks>
    public static void FindLibrary() => _ = Resolved.Value;

    /// <summary>Lets a barrier of ILGPU's be one for shared memory too; to be called before a kernel is compiled.</summary>
    /// <remarks>
    /// ILGPU writes barriers, and fences as well, with the flag for global memory alone. Without the one for shared memory OpenCL does not promise that a
    /// thread sees after a barrier what others wrote there before, though most drivers see to it. The flags come from a private array of strings, which is
    /// the whole process's: other kernels of the host get the stronger barrier too. A test looks at the source that is made.
    /// </remarks>
    /// <returns>Whether it does so now.</returns>
    public static bool FenceSharedMemory() => Fenced.Value;

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

    private static bool Fence()
    {
        const string Global = "CLK_GLOBAL_MEM_FENCE", Both = "CLK_LOCAL_MEM_FENCE | " + Global;
        if (typeof(CLInstructions).GetField("MemoryFenceFlags", BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null) is not string[] flags)
        {
            return false;
        }

        for (int i = 0; i < flags.Length; i++)
        {
            flags[i] = flags[i] == Global ? Both : flags[i];
        }

        return Array.IndexOf(flags, Both) >= 0;
    }

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
