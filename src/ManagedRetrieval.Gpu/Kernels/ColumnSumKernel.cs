using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Takes a block of queries into the running log-sum-exp of each of the first columns; a thread for each column.</summary>
internal static class ColumnSumKernel
{
    /// <inheritdoc cref="LossArguments"/>
    public static void Run(ArrayView<float> numbers, ArrayView<int> lists, ArrayView<byte> mask, LossShape shape)
    {
        var loss = new LossArguments(numbers, lists, mask, shape);
        for (int column = (Grid.IdxX * Group.DimX) + Group.IdxX; column < loss.Queries; column += Grid.DimX * Group.DimX)
        {
            float shift = float.MinValue, sum = 0;
            if (loss.First > 0)
            {
                shift = loss.ColumnShifts[column];
                sum = loss.ColumnScales[column];
            }

            for (int row = 0; row < loss.Count; row++)
            {
                float logit = loss.Logits[(row * loss.Candidates) + column];
                if (!DeviceMath.IsNumber(logit))
                {
                    continue;
                }

                if (logit > shift)
                {
                    sum = (sum * DeviceMath.Exp(shift - logit)) + 1;
                    shift = logit;
                }
                else
                {
                    sum += DeviceMath.Exp(logit - shift);
                }
            }

            loss.ColumnShifts[column] = shift;
            loss.ColumnScales[column] = sum;
        }
    }
}
