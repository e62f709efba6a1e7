using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Adds each column's half of the loss, once all queries are in its sum; a thread for each column.</summary>
internal static class ColumnLossKernel
{
    /// <inheritdoc cref="LossArguments"/>
    public static void Run(ArrayView<float> numbers, ArrayView<int> lists, ArrayView<byte> mask, LossShape shape)
    {
        var loss = new LossArguments(numbers, lists, mask, shape);
        for (int column = (Grid.IdxX * Group.DimX) + Group.IdxX; column < loss.Queries; column += Grid.DimX * Group.DimX)
        {
            float sum = loss.ColumnScales[column];
            var pairs = new PairList { Order = loss.ColumnPairs, IsOrdered = 1, Start = loss.ColumnOffsets[column], End = loss.ColumnOffsets[column + 1] };
            float own = pairs.Loss(loss, loss.ColumnShifts[column], sum, PairList.Factor(loss, column), out float scale);
            int state = sum > 0 ? RowState.Whole : RowState.WithoutNegatives;
            if (loss.States[column] == RowState.Dropped)
            {
                state = RowState.Dropped;
            }
            else if (pairs.HasNoNumber(loss))
            {
                own = float.NaN;
                scale = float.NaN;
            }

            loss.Losses[column] += PairList.Half(loss) * own;
            loss.ColumnScales[column] = scale;
            loss.ColumnStates[column] = state;
        }
    }
}
