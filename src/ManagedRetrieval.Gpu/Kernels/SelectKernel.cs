using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>The k best scores of a query in a range of columns, as keys in no order; a group of threads for each range.</summary>
internal static class SelectKernel
{
    /// <param name="scores">[queries, columns].</param>
    /// <param name="admitted">A bit for each row that may be found.</param>
    /// <param name="best">[queries, ranges, k]: receives the keys.</param>
    /// <param name="select">Which scores they are.</param>
    public static void Run(ArrayView<float> scores, ArrayView<ulong> admitted, ArrayView<ulong> best, SelectShape select)
    {
        int query = Grid.IdxX / select.Ranges, start = Grid.IdxX % select.Ranges * select.RangeLength;
        int left = select.Columns - start;
        var source = new ScoreSource
        {
            Scores = scores,
            Start = (query * select.Columns) + start,
            FirstRow = select.FirstRow + start,
            Admitted = admitted,
            HasAdmitted = select.HasAdmitted,
            Length = left < select.RangeLength ? left : select.RangeLength,
        };
        RadixSelect.Collect(source, RadixSelect.Threshold(source, select.K), best, Grid.IdxX * select.K, select.K);
    }
}
