using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Keys of two lists: those just found, and those that were the best before.</summary>
internal struct ListSource : IKeySource
{
    public required ArrayView<ulong> Found;

    /// <summary>Where the query's begin.</summary>
    public required int FoundStart;

    public required int FoundLength;

    public required ArrayView<ulong> Before;

    /// <summary>Where the query's begin.</summary>
    public required int BeforeStart;

    /// <inheritdoc/>
    public required int Length { get; set; }

    /// <inheritdoc/>
    public readonly ulong Key(int place)
    {
        if (place < FoundLength)
        {
            return Found[FoundStart + place];
        }

        return Before[BeforeStart + place - FoundLength];
    }
}
