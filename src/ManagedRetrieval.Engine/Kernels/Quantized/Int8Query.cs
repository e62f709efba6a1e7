namespace ManagedRetrieval.Engine.Kernels.Quantized;

/// <summary>What turns whole-number sums of a query into its scores.</summary>
internal readonly struct Int8Query(float scale, int offset, float bias = 0)
{
    /// <summary>
    /// The greatest magnitude of a query's element: a pair of products with packed rows, 2 · 255 · 64 = 32,640, is
    /// then less than 2¹⁵, which the instruction that sums them in 16 bits would cut off.
    /// </summary>
    public const int Greatest = 64;

    /// <summary>Elements whose sums 32 bits hold: 255 · 64 · 131,071 is less than 2³¹.</summary>
    public const int MostElements = 131_071;

    /// <summary>What a step of the query's elements is worth.</summary>
    public float Scale { get; } = scale;

    /// <summary>What packed rows' offset adds to every sum: 128 · Σ of the elements.</summary>
    public int Offset { get; init; } = offset;

    /// <summary>What is added to every score: 0, or the product with a partition's centroid.</summary>
    public float Bias { get; init; } = bias;

    /// <summary>Rounds a query.</summary>
    /// <param name="query">Finite; up to <see cref="MostElements"/>.</param>
    /// <param name="elements">As long as <see cref="Int8Rows.Padded"/> says; what fills it up becomes 0.</param>
    public static Int8Query Quantise(ReadOnlySpan<float> query, Span<sbyte> elements)
    {
        elements.Clear();
        float scale = Int8Rows.Quantise(query, elements, Greatest);
        int sum = 0;
        foreach (sbyte element in elements)
        {
            sum += element;
        }

        return new(scale, Int8Rows.Offset * sum);
    }
}
