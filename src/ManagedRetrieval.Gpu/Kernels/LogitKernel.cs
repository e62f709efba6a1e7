using ILGPU;

namespace ManagedRetrieval.Gpu.Kernels;

/// <summary>Scores become logits: the positives' are put aside, the others corrected, and NaN is written over all that is no negative. A group of threads for each query.</summary>
internal static class LogitKernel
{
    /// <inheritdoc cref="LossArguments"/>
    public static void Run(ArrayView<float> numbers, ArrayView<int> lists, ArrayView<byte> mask, LossShape shape)
    {
        var loss = new LossArguments(numbers, lists, mask, shape);
        int query = loss.First + Grid.IdxX, row = Grid.IdxX * loss.Candidates;
        int pairs = loss.PositiveOffsets[query], pairsEnd = loss.PositiveOffsets[query + 1];
        for (int pair = pairs + Group.IdxX; pair < pairsEnd; pair += Group.DimX)
        {
            int column = loss.Positives[pair];
            float logit = loss.Logits[row + column];
            if (loss.HasLogProbability != 0 && loss.KeepsPositives == 0)
            {
                logit -= loss.LogProbability[column];
            }

            loss.PairLogits[pair] = logit;
        }

        Group.Barrier();
        bool dropped = IsDropped(loss, query);
        for (int column = Group.IdxX; column < loss.Candidates; column += Group.DimX)
        {
            float logit = loss.Logits[row + column];
            if (loss.HasLogProbability != 0)
            {
                logit -= loss.LogProbability[column];
            }

            if (dropped || (loss.HasMask != 0 && loss.Mask[row + column] == 0))
            {
                logit = float.NaN;
            }

            loss.Logits[row + column] = logit;
        }

        Group.Barrier();
        for (int pair = pairs + Group.IdxX; pair < pairsEnd; pair += Group.DimX)
        {
            loss.Logits[row + loss.Positives[pair]] = float.NaN;
        }

        if (loss.HasRemoved != 0)
        {
            int end = loss.RemovedOffsets[query + 1];
            for (int place = loss.RemovedOffsets[query] + Group.IdxX; place < end; place += Group.DimX)
            {
                loss.Logits[row + loss.Removed[place]] = float.NaN;
            }
        }
    }

    /// <summary>Whether the mask hides a query's own candidate, and so the query.</summary>
    public static bool IsDropped(LossArguments loss, int query) =>
        loss.HasMask != 0 && loss.Mask[((query - loss.First) * loss.Candidates) + query] == 0;
}
