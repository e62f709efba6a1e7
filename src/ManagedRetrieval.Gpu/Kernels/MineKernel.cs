using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Takes out all of a query's negatives but those with the largest logits, among equals those in the lowest columns. A group of threads for each query.</summary>
internal static class MineKernel
{
    /// <inheritdoc cref="LossArguments"/>
    public static void Run(ArrayView<float> numbers, ArrayView<int> lists, ArrayView<byte> mask, LossShape shape)
    {
        var loss = new LossArguments(numbers, lists, mask, shape);
        var source = new LogitSource { Logits = loss.Logits, Start = Grid.IdxX * loss.Candidates, Length = loss.Candidates };
        ulong threshold = RadixSelect.Threshold(source, loss.HardNegatives);
        for (int column = Group.IdxX; column < loss.Candidates; column += Group.DimX)
        {
            if (source.Key(column) < threshold)
            {
                loss.Logits[source.Start + column] = float.NaN;
            }
        }
    }
}
