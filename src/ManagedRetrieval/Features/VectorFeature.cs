namespace ManagedRetrieval.Features;

/// <summary>A vector that the record itself carries, such as one made by a model of images, passed on as it is.</summary>
/// <remarks>Immutable and safe for several threads.</remarks>
public sealed class VectorFeature : IDenseFeature<ReadOnlyMemory<float>>
{
    /// <summary>A feature of vectors of one length.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> is less than 1.</exception>
    public VectorFeature(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Width = width;
    }

    /// <summary>The length of every vector.</summary>
    public int Width { get; }

    /// <summary>Copies a vector.</summary>
    /// <exception cref="ArgumentException">The vector or the destination has another length, or the vector a number that is not finite; nothing is written then.</exception>
    public void Encode(ReadOnlyMemory<float> input, Span<float> destination)
    {
        DenseDestination.Check(destination, Width);
        if (input.Length != Width)
        {
            throw new ArgumentException(FormattableString.Invariant($"input must have a length of {Width}, not {input.Length}."), nameof(input));
        }

        FiniteVector.Check(input.Span, nameof(input));
        input.Span.CopyTo(destination);
    }
}
