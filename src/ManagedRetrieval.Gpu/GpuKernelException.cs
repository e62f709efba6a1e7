namespace ManagedRetrieval.Gpu;

/// <summary>A kernel could not be compiled for the device. The other operations, whose kernels were compiled, go on working.</summary>
public sealed class GpuKernelException : GpuException
{
    /// <summary>A failure without a message.</summary>
    public GpuKernelException()
    {
    }

    /// <summary>A failure.</summary>
    public GpuKernelException(string message)
        : base(message)
    {
    }

    /// <summary>A failure, and what the compiler said.</summary>
    public GpuKernelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
