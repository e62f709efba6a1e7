using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Keys made of the logits of one query, the columns being rows.</summary>
internal struct LogitSource : IKeySource
{
    public required ArrayView<float> Logits;

    /// <summary>Where the query's begin.</summary>
    public required int Start;

    /// <inheritdoc/>
    public required int Length { get; set; }

    /// <inheritdoc/>
    public readonly ulong Key(int place) => ScoreKey.Of(Logits[Start + place], place);
}
