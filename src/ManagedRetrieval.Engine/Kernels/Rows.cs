using System.Numerics;
using System.Runtime.Intrinsics.X86;
using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Kernels;

/// <summary>Gathering rows of a table and summing them, in the order of the positions that name them.</summary>
/// <remarks>Results depend on the inputs alone. Outputs may not alias inputs. Nothing is allocated.</remarks>
internal static class Rows
{
    /// <summary>result[d] = Σ over ids of table[id, d], in the order of <paramref name="ids"/>; zeros for no ids.</summary>
    public static void Sum<T>(ReadOnlySpan<T> table, int width, ReadOnlySpan<int> ids, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (ids.IsEmpty)
        {
            result.Clear();
            return;
        }

        // As many rows are on their way from memory as fit into the time that adding some takes.
        const int Ahead = 6;
        for (int i = 0; i < Math.Min(Ahead, ids.Length); i++)
        {
            Prefetch(table, width, ids[i]);
        }

        for (int i = 0; i < ids.Length; i++)
        {
            if (i + Ahead < ids.Length)
            {
                Prefetch(table, width, ids[i + Ahead]);
            }

            ReadOnlySpan<T> row = Of(table, width, ids[i]);
            if (i == 0)
            {
                row.CopyTo(result);
            }
            else
            {
                TensorPrimitives.Add(result, row, result);
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
}
