using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Metrics;

/// <summary>Exact ranks within a batch, from its own scores.</summary>
internal static class LogitRanks
{
    /// <summary>Ranks each row's positives among the columns that are kept for the row.</summary>
    /// <remarks>
    /// A competitor whose score is NaN is ignored; a positive whose score is NaN ranks below every column that is kept.
    /// Cost of a row: one comparison for each kept column and positive; with many positives the columns are sorted.
    /// </remarks>
    /// <param name="values">[Q, C]: the scores to rank by.</param>
    /// <param name="kept">[Q, C]: −∞ where a column is removed for a row; may be <paramref name="values"/> itself.</param>
    /// <param name="positives">For each row its positives' columns, none twice; they count as kept. A row without any is not ranked.</param>
    public static QueryRanks Of<T>(Tensor<T> values, Tensor<T> kept, OpIndices positives)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int queries, int columns) = (values.Shape[0], values.Shape[1]);
        ReadOnlySpan<int> offsets = positives.Offsets.Span;
        var blocks = new RankBlock[positives.Values.Length];
        int[] blockOffsets = new int[queries + 1];
        int[] negatives = new int[queries];
        (long scored, int tied, int lost, long ignored) = (0, 0, 0, 0);
        int written = 0;
        using var othersScratch = new Scratch<T>(columns);
        using var scoreScratch = new Scratch<T>(columns);
        using var aboveScratch = new Scratch<int>(columns);
        using var tiedScratch = new Scratch<int>(columns);
        using var ownScratch = new Scratch<bool>(columns);
        ownScratch.Span.Clear();
        for (int query = 0; query < queries; query++)
        {
            ReadOnlySpan<int> own = positives.Values.Span[offsets[query]..offsets[query + 1]];
            if (!own.IsEmpty)
            {
                Span<T> scores = scoreScratch.Span[..own.Length];
                for (int i = 0; i < own.Length; i++)
                {
                    scores[i] = values.Row(query)[own[i]];
                    lost += T.IsNaN(scores[i]) ? 1 : 0;
                }

                Mark(ownScratch.Span, own, true);
                (int numbers, int nans) = Others(values.Row(query), kept.Row(query), ownScratch.Span, othersScratch.Span);
                Mark(ownScratch.Span, own, false);
                Count(scores, othersScratch.Span[..numbers], nans, aboveScratch.Span, tiedScratch.Span);
                int made = RankBlocks.Build(scores, aboveScratch.Span[..own.Length], tiedScratch.Span[..own.Length], blocks.AsSpan(written));
                foreach (RankBlock block in blocks.AsSpan(written, made))
                {
                    tied += block.Others > 0 ? block.Positives : 0;
                }

                written += made;
                negatives[query] = numbers;
                ignored += nans;
                scored += own.Length + numbers + nans;
            }

            blockOffsets[query + 1] = written;
        }

        return new QueryRanks(blocks, blockOffsets, negatives, new RankingCounts(scored, tied, lost, ignored));
    }

    /// <summary>Gathers the scores of the kept columns that are no positives, and counts those that are NaN.</summary>
    private static (int Numbers, int NaNs) Others<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> kept, ReadOnlySpan<bool> positives, Span<T> others)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int numbers, int nans) = (0, 0);
        for (int column = 0; column < values.Length; column++)
        {
            if (T.IsNegativeInfinity(kept[column]) || positives[column])
            {
                continue;
            }

            if (T.IsNaN(values[column]))
            {
                nans++;
            }
            else
            {
                others[numbers++] = values[column];
            }
        }

        return (numbers, nans);
    }

    private static void Mark(Span<bool> marks, ReadOnlySpan<int> columns, bool mark)
    {
        foreach (int column in columns)
        {
            marks[column] = mark;
        }
    }

    private static void Count<T>(ReadOnlySpan<T> positives, Span<T> others, int nans, Span<int> above, Span<int> tied)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Sorting takes about as long as comparing with this many positives.
        const int ManyPositives = 16;
        bool sorted = positives.Length > ManyPositives;
        if (sorted)
        {
            others.Sort();
        }

        for (int i = 0; i < positives.Length; i++)
        {
            T score = positives[i];
            (above[i], tied[i]) = T.IsNaN(score) ? (others.Length + nans, 0) : sorted ? InSorted(others, score) : InAny(others, score);
        }
    }

    private static (int Above, int Tied) InAny<T>(ReadOnlySpan<T> others, T score)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int above, int tied) = (0, 0);
        foreach (T other in others)
        {
            above += other > score ? 1 : 0;
            tied += other == score ? 1 : 0;
        }

        return (above, tied);
    }

    private static (int Above, int Tied) InSorted<T>(ReadOnlySpan<T> others, T score)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int notAbove = CountBelow(others, score, orSame: true), below = CountBelow(others, score, orSame: false);
        return (others.Length - notAbove, notAbove - below);
    }

    /// <summary>How many of some ascending numbers are below a score, or the same.</summary>
    private static int CountBelow<T>(ReadOnlySpan<T> ascending, T score, bool orSame)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int low, int high) = (0, ascending.Length);
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = ascending[middle] < score || (orSame && ascending[middle] == score) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
