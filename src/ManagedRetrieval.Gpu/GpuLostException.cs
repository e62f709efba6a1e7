namespace ManagedRetrieval.Gpu;

/// <summary>
/// The device is gone or its driver failed: the backend refuses every further call. Models and tensors are in managed memory, so
/// another backend, such as the processor's, takes over where this one stopped.
/// </summary>
public sealed class GpuLostException : GpuException
{
    /// <summary>A failure without a message.</summary>
    public GpuLostException()
    {
    }

    /// <summary>A failure.</summary>
    public GpuLostException(string message)
        : base(message)
    {
    }

    /// <summary>A failure, and what the driver said.</summary>
    public GpuLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
