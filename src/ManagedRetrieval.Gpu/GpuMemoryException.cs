namespace ManagedRetrieval.Gpu;

/// <summary>The device has not enough free memory for a call. Smaller calls go on working.</summary>
public sealed class GpuMemoryException : GpuException
{
    /// <summary>A failure without a message.</summary>
    public GpuMemoryException()
    {
    }

    /// <summary>A failure.</summary>
    public GpuMemoryException(string message)
        : base(message)
    {
    }

    /// <summary>A failure, and what the driver said.</summary>
    public GpuMemoryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
