using System.Numerics;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Metrics;

/// <summary>From one query's counts to its blocks.</summary>
internal static class RankBlocks
{
    /// <summary>Joins the positives of one query that share a score into blocks, best first.</summary>
    /// <remarks>
    /// Above = the others above the score, plus the positives above it; positives whose score is NaN form one last block,
    /// below every positive that is a number. The result does not depend on the order of the positives. Cost: one sort
    /// of the positives; the scratch is rented, and a single positive needs none.
    /// </remarks>
    /// <param name="positiveScores">[positives]: each a score of one candidate; no candidate twice.</param>
    /// <param name="othersAbove">[positives]: how many candidates that are no positives score above; for NaN, how many there are.</param>
    /// <param name="othersTied">[positives]: how many candidates that are no positives have the same score; for NaN, 0.</param>
    /// <param name="blocks">Room for as many blocks as positives; must overlap no input.</param>
    /// <returns>The number of blocks that were written.</returns>
    internal static int Build<T>(ReadOnlySpan<T> positiveScores, ReadOnlySpan<int> othersAbove, ReadOnlySpan<int> othersTied, Span<RankBlock> blocks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = positiveScores.Length;
        if (count <= 1)
        {
            if (count == 1)
            {
                blocks[0] = new RankBlock(othersAbove[0], othersTied[0], 1, 0);
            }

            return count;
        }

        using var scoreScratch = new Scratch<T>(count);
        using var orderScratch = new Scratch<int>(count);
        Span<T> scores = scoreScratch.Span;
        Span<int> order = orderScratch.Span;
        positiveScores.CopyTo(scores);
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        // Ascending, NaN first: read from the end, the best comes first and NaN last.
        scores.Sort(order);
        int written = 0;
        int end = count;
        while (end > 0)
        {
            int start = end - 1;
            while (start > 0 && Alike(scores[start - 1], scores[end - 1]))
            {
                start--;
            }

            int positivesAbove = count - end;
            int any = order[end - 1];
            blocks[written++] = new RankBlock(othersAbove[any] + positivesAbove, othersTied[any], end - start, positivesAbove);
            end = start;
        }

        return written;
    }

    private static bool Alike<T>(T x, T y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x == y || (T.IsNaN(x) && T.IsNaN(y));
}
