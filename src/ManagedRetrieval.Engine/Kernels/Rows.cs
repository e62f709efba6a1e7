using System.Numerics;
using System.Runtime.Intrinsics.X86;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Gathering rows of a table and summing them, in the order of the positions that name them.</summary>
/// <remarks>Results depend on the inputs alone. Outputs may not alias inputs. Nothing is allocated.</remarks>
internal static class Rows
{
    /// <summary>How many rows are on their way from memory while one is at work: as many as arrive in the time that these take.</summary>
    private const int Ahead = 6;

    /// <summary>result[i, d] = table[ids[i], d].</summary>
    public static void Gather<T>(ReadOnlySpan<T> table, int width, ReadOnlySpan<int> ids, Span<T> result)
        where T : unmanaged
    {
        PrefetchFirst(table, width, ids);
        for (int i = 0; i < ids.Length; i++)
        {
            if (i + Ahead < ids.Length)
            {
                Prefetch(table, width, ids[i + Ahead]);
            }

            Of(table, width, ids[i]).CopyTo(Of(result, width, i));
        }
    }

    /// <summary>result[s, d] = Σ over segment s of w_id · table[id, d], in the order of its ids; zeros for no ids.</summary>
    /// <param name="table">Row-major.</param>
    /// <param name="width">The length of a row.</param>
    /// <param name="ids">Rows of the table. Short segments lie one after the other, so rows are fetched ahead across their ends.</param>
    /// <param name="starts">Where each segment starts in <paramref name="ids"/>, then where the last one ends.</param>
    /// <param name="result">A row for each segment.</param>
    /// <param name="weights">The weight of each of <paramref name="ids"/>; empty for 1, with the same bits.</param>
    public static void SumSegments<T>(
        ReadOnlySpan<T> table, int width, ReadOnlySpan<int> ids, ReadOnlySpan<int> starts, Span<T> result, ReadOnlySpan<T> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ids = ids[..starts[^1]];
        PrefetchFirst(table, width, ids[starts[0]..]);
        int i = starts[0];
        for (int segment = 0; segment < starts.Length - 1; segment++)
        {
            Span<T> sum = Of(result, width, segment);
            (int start, int end) = (i, starts[segment + 1]);
            if (start == end)
            {
                sum.Clear();
            }

            for (; i < end; i++)
            {
                if (i + Ahead < ids.Length)
                {
                    Prefetch(table, width, ids[i + Ahead]);
                }

                ReadOnlySpan<T> row = Of(table, width, ids[i]);
                if (weights.IsEmpty)
                {
                    Add(row, isFirst: i == start, sum);
                }
                else
                {
                    AddWeighted(row, weights[i], isFirst: i == start, sum);
                }
            }
        }
    }

    /// <summary>Asks for a row that will be needed soon, where the processor can be asked; at most its first 1,024 bytes.</summary>
    public static unsafe void Prefetch<T>(ReadOnlySpan<T> table, int width, int row)
        where T : unmanaged
    {
        if (Sse.IsSupported)
        {
            fixed (T* start = Of(table, width, row))
            {
                for (byte* line = (byte*)start, end = line + Math.Min(width * sizeof(T), 1024); line < end; line += AlignedBuffer.Alignment)
                {
                    Sse.Prefetch0(line);
                }
            }
        }
    }

    /// <summary>One row of a row-major table.</summary>
    public static ReadOnlySpan<T> Of<T>(ReadOnlySpan<T> table, int width, int row) => table.Slice(row * width, width);

    /// <summary>One row of a row-major table.</summary>
    public static Span<T> Of<T>(Span<T> table, int width, int row) => table.Slice(row * width, width);

    /// <summary>Consecutive rows of a row-major table.</summary>
    public static Span<T> Of<T>(Span<T> table, int width, int row, int count) => table.Slice(row * width, count * width);

    private static void Add<T>(ReadOnlySpan<T> row, bool isFirst, Span<T> sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (isFirst)
        {
            row.CopyTo(sum);
        }
        else
        {
            TensorPrimitives.Add(sum, row, sum);
        }
    }

    private static void AddWeighted<T>(ReadOnlySpan<T> row, T weight, bool isFirst, Span<T> sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (isFirst)
        {
            TensorPrimitives.Multiply(row, weight, sum);
        }
        else
        {
            TensorPrimitives.FusedMultiplyAdd(row, weight, sum, sum);
        }
    }

    private static void PrefetchFirst<T>(ReadOnlySpan<T> table, int width, ReadOnlySpan<int> ids)
        where T : unmanaged
    {
        for (int i = 0; i < Math.Min(Ahead, ids.Length); i++)
        {
            Prefetch(table, width, ids[i]);
        }
    }
}
