using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>The opposite of <see cref="HeadsKernel"/>: an entry's derivative goes to the head whose score it was, 0 to the others; a thread for each entry.</summary>
internal static class SpreadKernel
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
            for (int head = 0; head < heads.Heads; head++)
            {
                float value = 0;
                if (bestHeads[entry] == head)
                {
                    value = best[entry];
                }

                ofHeads[(((query * heads.Heads) + head) * heads.Columns) + column] = value;
            }
        }
    }
}
