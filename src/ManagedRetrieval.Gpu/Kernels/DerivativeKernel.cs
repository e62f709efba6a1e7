using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Logits become derivatives: the negatives' by their share of the sums, the positives' by their pulls, exactly 0 for what is out. A group of threads for each query.</summary>
internal static class DerivativeKernel
{
    /// <inheritdoc cref="LossArguments"/>
    public static void Run(ArrayView<float> numbers, ArrayView<int> lists, ArrayView<byte> mask, LossShape shape)
    {
        var loss = new LossArguments(numbers, lists, mask, shape);
        int query = loss.First + Grid.IdxX, row = Grid.IdxX * loss.Candidates;
        float shift = loss.Shifts[query], scale = loss.Scales[query];
        for (int column = Group.IdxX; column < loss.Candidates; column += Group.DimX)
        {
            float logit = loss.Logits[row + column], derivative = 0;
            if (DeviceMath.IsNumber(logit))
            {
                derivative = scale * DeviceMath.Exp(logit - shift);
                if (loss.Symmetric != 0 && column < loss.Queries)
                {
                    derivative += loss.ColumnScales[column] * DeviceMath.Exp(logit - loss.ColumnShifts[column]);
                }
            }

            loss.Logits[row + column] = derivative;
        }

        Group.Barrier();
        int end = loss.PositiveOffsets[query + 1];
        for (int pair = loss.PositiveOffsets[query] + Group.IdxX; pair < end; pair += Group.DimX)
        {
            loss.Logits[row + loss.Positives[pair]] = -loss.Pulls[pair];
        }
    }
}
