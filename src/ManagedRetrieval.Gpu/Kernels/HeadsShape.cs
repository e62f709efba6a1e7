namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Scores [queries, heads, columns], and of each query its greatest, [queries, columns].</summary>
internal struct HeadsShape
{
    public required int Queries;

    public required int Heads;

    public required int Columns;
}
