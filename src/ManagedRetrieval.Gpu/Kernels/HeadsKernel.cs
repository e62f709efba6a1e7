using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>The greatest score of a query's heads and the first head that has it, NaN where one of them is NaN; a thread for each entry.</summary>
internal static class HeadsKernel
{
    /// <param name="ofHeads">[queries, heads, columns].</param>
    /// <param name="best">[queries, columns].</param>
    /// <param name="bestHeads">[queries, columns]: whose score it is.</param>
    /// <param name="heads">How many there are.</param>
    public static void Run(ArrayView<float> ofHeads, ArrayView<float> best, ArrayView<int> bestHeads, HeadsShape heads)
    {
        int entries = heads.Queries * heads.Columns;
        for (int entry = (Grid.IdxX * Group.DimX) + Group.IdxX; entry < entries; entry += Grid.DimX * Group.DimX)
        {
            int query = entry / heads.Columns, column = entry % heads.Columns;
            int place = (query * heads.Heads * heads.Columns) + column;
            float greatest = ofHeads[place];
            int bestHead = 0;
            for (int head = 1; head < heads.Heads; head++)
            {
                place += heads.Columns;
                float score = ofHeads[place];
                if (DeviceMath.IsNumber(greatest) && (!DeviceMath.IsNumber(score) || score > greatest))
                {
                    greatest = score;
                    bestHead = head;
                }
            }

            best[entry] = greatest;
            bestHeads[entry] = bestHead;
        }
    }
}
