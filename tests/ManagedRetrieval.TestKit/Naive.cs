using System.Numerics;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.TestKit;

/// <summary>The meaning of the kernels, in plain loops.</summary>
public static class Naive
{
    /// <summary>c = op(a) · op(b), or c +=: one chain of fused multiply-adds over ascending depth for each element.</summary>
    public static void Product<T>(
        ReadOnlySpan<T> a, bool transposeA, ReadOnlySpan<T> b, bool transposeB, Span<T> c, int m, int n, int k, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                T sum = accumulate ? c[(i * n) + j] : T.Zero;
                for (int p = 0; p < k; p++)
                {
                    sum = T.FusedMultiplyAdd(a[transposeA ? (p * m) + i : (i * k) + p], b[transposeB ? (j * k) + p : (p * n) + j], sum);
                }

                c[(i * n) + j] = sum;
            }
        }
    }

    /// <summary>Every score of queries [Q, d] or [Q, H, d] against candidates [C, d], as [Q, C]; of several heads the greatest, NaN where one is NaN.</summary>
    public static T[] Scores<T>(Tensor<T> queries, Tensor<T> candidates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int heads = queries.Shape.Rank == 3 ? queries.Shape[1] : 1;
        (int vectors, int count, int width) = (queries.Shape.Rows * heads, candidates.Shape.Rows, candidates.Shape.RowLength);
        T[] all = new T[vectors * count];
        Product<T>(queries.Span, false, candidates.Span, true, all, vectors, count, width, false);
        T[] scores = new T[queries.Shape.Rows * count];
        for (int i = 0; i < scores.Length; i++)
        {
            (int query, int candidate) = (i / count, i % count);
            scores[i] = all[(query * heads * count) + candidate];
            for (int head = 1; head < heads; head++)
            {
                T other = all[(((query * heads) + head) * count) + candidate];
                bool takes = T.IsNaN(other) || other > scores[i] || (other == scores[i] && !T.IsNegative(other));
                scores[i] = takes && !T.IsNaN(scores[i]) ? other : scores[i];
            }
        }

        return scores;
    }

    /// <summary>A full sort: score descending, then row ascending, no NaN; cut at k and filled up with (NaN, −1).</summary>
    public static (T Score, int Row)[] TopK<T>(ReadOnlySpan<T> scores, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var sorted = scores.ToArray()
            .Select((score, row) => (Score: score, Row: row))
            .Where(entry => !T.IsNaN(entry.Score))
            .OrderByDescending(entry => entry.Score)
            .ThenBy(entry => entry.Row)
            .Take(k)
            .ToList();
        while (sorted.Count < k)
        {
            sorted.Add((T.NaN, -1));
        }

        return [.. sorted];
    }
}
