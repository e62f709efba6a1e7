using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace ManagedRetrieval.Gpu.Devices;

/// <summary>What the drivers' errors mean.</summary>
internal static class DriverFailure
{
    /// <summary>Whether memory ran out. OpenCL has no single error for it; a buffer that is larger than a device allows is one too.</summary>
    public static bool IsMemory(Exception failure) => failure switch
    {
        CudaException cuda => cuda.Error == nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY),
        CLException opencl => opencl.Error is CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES or CLError.CL_OUT_OF_HOST_MEMORY or CLError.CL_INVALID_BUFFER_SIZE,
        OutOfMemoryException => true,
        _ => false,
    };

    /// <summary>Whether a driver failed, at whatever.</summary>
    public static bool IsDrivers(Exception failure) => failure is AcceleratorException or OutOfMemoryException;

    /// <summary>Gives something back to its driver, whether or not the driver takes it: one that is gone has nothing left to give back, and what comes after is to be given back all the same.</summary>
    public static void GiveBack(IDisposable owned)
    {
        try
        {
            owned.Dispose();
        }
        catch (Exception failure) when (IsDrivers(failure))
        {
        }
    }

    /// <summary>What the driver said, as one short line.</summary>
    public static string Text(Exception failure) => failure switch
    {
        CudaException cuda => cuda.Error,
        CLException opencl => opencl.Error.ToString(),
        { InnerException: { } inner } => $"{failure.Message} {Text(inner)}",
        _ => failure.Message,
    };
}
