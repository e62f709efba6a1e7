namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Which rows and queries the scores are of, from which rows are taken out.</summary>
internal struct ExcludeShape
{
    public required int Columns;

    /// <summary>The row of the first column.</summary>
    public required int FirstRow;

    /// <summary>Which query the first scores are of.</summary>
    public required int FirstQuery;
}
