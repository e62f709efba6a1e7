using System.Numerics;

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

        Of(table, width, ids[0]).CopyTo(result);
        foreach (int id in ids[1..])
        {
            TensorPrimitives.Add(result, Of(table, width, id), result);
        }
    }

    /// <summary>One row of a row-major table.</summary>
    public static ReadOnlySpan<T> Of<T>(ReadOnlySpan<T> table, int width, int row) => table.Slice(row * width, width);

    /// <summary>One row of a row-major table.</summary>
    public static Span<T> Of<T>(Span<T> table, int width, int row) => table.Slice(row * width, width);
}
