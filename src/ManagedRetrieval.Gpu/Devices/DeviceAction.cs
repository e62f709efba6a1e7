namespace ManagedRetrieval.Gpu.Devices;

/// <summary>What a driver is asked to do, each of which may fail.</summary>
internal enum DeviceAction
{
    /// <summary>Reserve memory.</summary>
    Allocate,

    /// <summary>Compile a kernel.</summary>
    Compile,

    /// <summary>Copy to the device.</summary>
    Write,

    /// <summary>Start a kernel.</summary>
    Launch,

    /// <summary>Wait, and copy from the device.</summary>
    Read,

    /// <summary>Wait.</summary>
    Synchronize,
}
