using System.Diagnostics;

namespace ManagedRetrieval.Gpu.Devices;

/// <summary>Where the time of calls goes. Measuring waits for the device at every step, so transfers and kernels do not overlap.</summary>
internal sealed class DeviceTimes
{
    /// <summary>Copying to the device.</summary>
    public TimeSpan Write { get; private set; }

    /// <summary>Kernels.</summary>
    public TimeSpan Launch { get; private set; }

    /// <summary>Copying from the device.</summary>
    public TimeSpan Read { get; private set; }

    /// <summary>Bytes copied to the device.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Bytes copied from the device.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Kernels started.</summary>
    public int Launches { get; private set; }

    /// <summary>Takes in one step.</summary>
    /// <param name="action">What was done.</param>
    /// <param name="start">When it began, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="bytes">How much was copied.</param>
    public void Add(DeviceAction action, long start, long bytes)
    {
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        switch (action)
        {
            case DeviceAction.Write:
                Write += took;
                BytesWritten += bytes;
                break;
            case DeviceAction.Read:
                Read += took;
                BytesRead += bytes;
                break;
            case DeviceAction.Launch:
                Launch += took;
                Launches++;
                break;
            default:
                break;
        }
    }
}
