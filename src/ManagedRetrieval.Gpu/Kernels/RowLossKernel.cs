using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>The log-sum-exp of each query's negatives, and from it its loss and what its gradient is made with. A group of threads for each query.</summary>
internal static class RowLossKernel
{
    /// <inheritdoc cref="LossArguments"/>
    public static void Run(ArrayView<float> numbers, ArrayView<int> lists, ArrayView<byte> mask, LossShape shape)
    {
        var loss = new LossArguments(numbers, lists, mask, shape);
        ArrayView<float> scratch = SharedMemory.Allocate<float>(GroupReduce.MostThreads);
        int query = loss.First + Grid.IdxX, row = Grid.IdxX * loss.Candidates;
        float shift = float.MinValue;
        for (int column = Group.IdxX; column < loss.Candidates; column += Group.DimX)
        {
            float logit = loss.Logits[row + column];
            if (DeviceMath.IsNumber(logit) && logit > shift)
            {
                shift = logit;
            }
        }

        shift = GroupReduce.Max(shift, scratch);
        float sum = 0;
        for (int column = Group.IdxX; column < loss.Candidates; column += Group.DimX)
        {
            float logit = loss.Logits[row + column];
            if (DeviceMath.IsNumber(logit))
            {
                sum += DeviceMath.Exp(logit - shift);
            }
        }

        sum = GroupReduce.Sum(sum, scratch);
        if (Group.IdxX == 0)
        {
            var pairs = new PairList { Order = loss.ColumnPairs, IsOrdered = 0, Start = loss.PositiveOffsets[query], End = loss.PositiveOffsets[query + 1] };
            for (int place = pairs.Start; place < pairs.End; place++)
            {
                loss.Pulls[place] = 0;
            }

            float own = pairs.Loss(loss, shift, sum, PairList.Factor(loss, query), out float scale);
            int state = sum > 0 ? RowState.Whole : RowState.WithoutNegatives;
            if (LogitKernel.IsDropped(loss, query))
            {
                state = RowState.Dropped;
            }
            else if (pairs.HasNoNumber(loss))
            {
                own = float.NaN;
                scale = float.NaN;
            }

            loss.Shifts[query] = shift;
            loss.Scales[query] = scale;
            loss.Losses[query] = PairList.Half(loss) * own;
            loss.States[query] = state;
        }
    }
}
