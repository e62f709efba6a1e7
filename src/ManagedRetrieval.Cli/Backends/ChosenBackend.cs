using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Gpu;

namespace ManagedRetrieval.Cli.Backends;

/// <summary>Where the large products of a command run, as --backend chose.</summary>
internal sealed class ChosenBackend : IDisposable
{
    public const string Cpu = "cpu", Gpu = "gpu", Auto = "auto";

    private readonly GpuBackend? _gpu;
    private readonly string? _instead;

    private ChosenBackend(GpuBackend? gpu, string? instead) => (_gpu, _instead) = (gpu, instead);

    /// <summary>The GPU's; null for the processor's.</summary>
    public IComputeBackend<float>? Backend => _gpu;

    /// <summary>Finds a device where one is asked for.</summary>
    /// <param name="name">One of the constants; null where nothing was asked for, which is the processor.</param>
    /// <exception cref="ToolException">A GPU is asked for, and there is none.</exception>
    public static ChosenBackend Open(string? name)
    {
        // Who asks for a GPU by name gets whatever device there is; who leaves the choice does not want a slower processor.
        switch (name)
        {
            case Gpu:
                return GpuBackend.TryCreate(out GpuBackend? asked, out string whyNot, new GpuOptions { AllowsProcessor = true })
                    ? new ChosenBackend(asked, null)
                    : throw new ToolException($"There is no device for --backend gpu: {whyNot}");
            case Auto:
                return GpuBackend.TryCreate(out GpuBackend? found, out string none) ? new ChosenBackend(found, null) : new ChosenBackend(null, $"No GPU is used: {none} ");
            default:
                return new ChosenBackend(null, name is null ? null : "");
        }
    }

    /// <summary>The line that says what runs where; null where nobody asked.</summary>
    /// <param name="products">What the command has for a GPU, such as "Exact search"; null where it has nothing.</param>
    public string? Line(string? products) => this switch
    {
        { _gpu: { } gpu } => products is null
            ? $"Everything runs on the processor: nothing of this is for {gpu.Name}."
            : $"{products} on {gpu.Name}; all else on the processor.",
        { _instead: { } instead } => instead + "Everything runs on the processor.",
        _ => null,
    };

    /// <inheritdoc/>
    public void Dispose() => _gpu?.Dispose();
}
