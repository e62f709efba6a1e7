namespace ManagedRetrieval.Benchmarks.Gpu;

/// <summary>One piece of work, on the device and on the processor. Times are in milliseconds.</summary>
/// <param name="Work">What is computed.</param>
/// <param name="Processor">On the processor, with all its threads.</param>
/// <param name="Device">A call as it is, where copies may go on beside kernels.</param>
/// <param name="Write">Copying to the device.</param>
/// <param name="Kernels">Kernels.</param>
/// <param name="Read">Copying from the device.</param>
/// <param name="Launches">Kernels that were started.</param>
/// <param name="Bytes">Copied either way.</param>
/// <param name="Operations">Multiplications and additions of the products in it.</param>
internal sealed record GpuRow(string Work, double Processor, double Device, double Write, double Kernels, double Read, int Launches, long Bytes, double Operations)
{
    /// <summary>What the kernels reach.</summary>
    public double KernelGigaflops => Operations / Kernels / 1e6;

    /// <summary>What the processor reaches.</summary>
    public double ProcessorGigaflops => Operations / Processor / 1e6;
}
