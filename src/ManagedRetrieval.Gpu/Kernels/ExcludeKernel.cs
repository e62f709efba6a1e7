using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Takes out the scores of excluded rows, which become NaN; a group of threads for each query.</summary>
internal static class ExcludeKernel
{
    /// <param name="scores">[queries, columns].</param>
    /// <param name="excluded">All queries' rows.</param>
    /// <param name="offsets">[all queries + 1].</param>
    /// <param name="exclude">Which scores they are.</param>
    public static void Run(ArrayView<float> scores, ArrayView<int> excluded, ArrayView<int> offsets, ExcludeShape exclude)
    {
        int query = exclude.FirstQuery + Grid.IdxX, end = offsets[query + 1];
        for (int place = offsets[query] + Group.IdxX; place < end; place += Group.DimX)
        {
            int column = excluded[place] - exclude.FirstRow;
            if (column >= 0 && column < exclude.Columns)
            {
                scores[(Grid.IdxX * exclude.Columns) + column] = float.NaN;
            }
        }
    }
}
