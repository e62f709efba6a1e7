namespace ManagedRetrieval.Engine.Autodiff;

/// <summary>The integers that one application of an op works with, such as labels or ragged ids. They carry no gradient.</summary>
/// <param name="Values">Row or column numbers; what they mean is the op's to say.</param>
/// <param name="Offsets">Where each row's numbers start, one more than there are rows, for ragged lists; else empty.</param>
/// <remarks>The memory must stay as it is until the backward pass ends.</remarks>
public readonly record struct OpIndices(ReadOnlyMemory<int> Values, ReadOnlyMemory<int> Offsets = default)
{
    /// <summary>A second set of numbers, for ops that say so: columns that are taken out of each row.</summary>
    public ReadOnlyMemory<int> Removed { get; init; }

    /// <summary>Where each row's start in <see cref="Removed"/>.</summary>
    public ReadOnlyMemory<int> RemovedOffsets { get; init; }

    /// <summary>For ops that say so, for each row and column whether the entry is considered, row by row; empty for all.</summary>
    public ReadOnlyMemory<bool> Mask { get; init; }
}
