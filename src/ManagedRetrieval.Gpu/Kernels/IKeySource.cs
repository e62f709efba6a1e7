namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Where a selection finds the keys of a query.</summary>
internal interface IKeySource
{
    /// <summary>How many places there are.</summary>
    int Length { get; }

    /// <summary>The key at a place, or <see cref="ScoreKey.None"/>; the same each time.</summary>
    ulong Key(int place);
}
