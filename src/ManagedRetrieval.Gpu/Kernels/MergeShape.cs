namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>How many keys are joined to the best of all.</summary>
internal struct MergeShape
{
    public required int Ranges;

    /// <summary>0 where nothing was found before.</summary>
    public required int HasBefore;

    public required int K;
}
