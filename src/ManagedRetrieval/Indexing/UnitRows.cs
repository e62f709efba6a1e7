using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Indexing;

/// <summary>Vectors brought to Euclidean length 1.</summary>
internal static class UnitRows
{
    /// <summary>target_i = x_i / |x_i|; zeros stay zeros. Divided by its largest element first, a vector of any magnitude has a length.</summary>
    /// <param name="vectors">[vectors, width], all finite.</param>
    /// <param name="width">Elements of a vector.</param>
    /// <param name="target">As long; may be the same memory.</param>
    public static void Write(ReadOnlySpan<float> vectors, int width, Span<float> target)
    {
        for (int start = 0; start < vectors.Length; start += width)
        {
            Span<float> unit = target.Slice(start, width);
            float largest = MathF.Abs(TensorPrimitives.MaxMagnitude(vectors.Slice(start, width)));
            if (largest == 0)
            {
                unit.Clear();
                continue;
            }

            TensorPrimitives.Divide(vectors.Slice(start, width), largest, unit);
            TensorPrimitives.Divide(unit, MathF.Sqrt(RowReduce.Dot<float>(unit, unit)), unit);
        }
    }
}
