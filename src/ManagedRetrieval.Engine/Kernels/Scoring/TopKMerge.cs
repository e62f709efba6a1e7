using System.Numerics;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Kernels.Scoring;

/// <summary>Joins the best of several ranges of candidates.</summary>
internal static class TopKMerge
{
    /// <summary>Each query's k best of all ranges: highest score first, among equal scores the lowest row, which is the lowest range's, first.</summary>
    /// <param name="rangeScores">[ranges, queries, k], each list sorted so.</param>
    /// <param name="rangeRows">[ranges, queries, k].</param>
    /// <param name="sizes">[ranges, queries]: entries of each list.</param>
    /// <param name="k">Entries per query.</param>
    /// <param name="scores">[queries, k]; written as far as there are entries.</param>
    /// <param name="rows">[queries, k]; likewise.</param>
    public static void Run<T>(ReadOnlySpan<T> rangeScores, ReadOnlySpan<int> rangeRows, ReadOnlySpan<int> sizes, int k, Span<T> scores, Span<int> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int queries = scores.Length / k, ranges = sizes.Length / queries;
        using var scratch = new Scratch<int>(ranges);
        Span<int> next = scratch.Span;
        for (int query = 0; query < queries; query++)
        {
            next.Clear();
            for (int entry = 0; entry < k; entry++)
            {
                int best = -1, at = 0;
                for (int range = 0; range < ranges; range++)
                {
                    int list = (range * queries) + query, head = (list * k) + next[range];
                    if (next[range] < sizes[list] && (best < 0 || rangeScores[head] > rangeScores[at]))
                    {
                        (best, at) = (range, head);
                    }
                }

                if (best < 0)
                {
                    break;
                }

                next[best]++;
                (scores[(query * k) + entry], rows[(query * k) + entry]) = (rangeScores[at], rangeRows[at]);
            }
        }
    }
}
