namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Of which scores the best are wanted, range by range.</summary>
internal struct SelectShape
{
    public required int Columns;

    /// <summary>The row of the first column.</summary>
    public required int FirstRow;

    /// <summary>Into how many ranges a query's columns are cut, for one group of threads each.</summary>
    public required int Ranges;

    public required int RangeLength;

    /// <summary>0 where every row may be found.</summary>
    public required int HasAdmitted;

    public required int K;
}
