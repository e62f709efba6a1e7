namespace ManagedRetrieval.Gpu;

/// <summary>A device could not do what it was asked for; the derived types say why. What the call was to write is as it was, or written in part where the last copy back failed.</summary>
public class GpuException : Exception
{
    /// <summary>A failure without a message.</summary>
    public GpuException()
    {
    }

    /// <summary>A failure.</summary>
    public GpuException(string message)
        : base(message)
    {
    }

    /// <summary>A failure, and what the driver or the compiler of kernels said.</summary>
    public GpuException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
