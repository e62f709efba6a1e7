using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Indexing.Partitioned;

/// <summary>What lies beside a centroid.</summary>
internal static class Residuals
{
    /// <summary>residual = row − centroid, direction = row / |row|; zeros where the row is zeros, and beyond its elements.</summary>
    /// <param name="row">[d].</param>
    /// <param name="centroid">[d].</param>
    /// <param name="residual">[padded depth].</param>
    /// <param name="direction">[padded depth].</param>
    public static void Write(ReadOnlySpan<float> row, ReadOnlySpan<float> centroid, Span<float> residual, Span<float> direction)
    {
        TensorPrimitives.Subtract(row, centroid, residual);
        residual[row.Length..].Clear();
        float length = MathF.Sqrt(RowReduce.Dot(row, row));
        direction.Clear();
        if (length > 0)
        {
            TensorPrimitives.Divide(row, length, direction);
        }
    }
}
