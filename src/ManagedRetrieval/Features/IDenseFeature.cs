namespace ManagedRetrieval.Features;

/// <summary>Turns one input into a fixed number of numbers: a dense feature.</summary>
/// <remarks>Implementations are immutable: several threads may encode into different destinations.</remarks>
/// <typeparam name="TInput">What is encoded: a number, a time, a vector.</typeparam>
public interface IDenseFeature<in TInput>
{
    /// <summary>How many numbers an input becomes, at least 1.</summary>
    int Width { get; }

    /// <summary>Writes the numbers of <paramref name="input"/>, all of them finite.</summary>
    /// <param name="input">What is encoded.</param>
    /// <param name="destination">[<see cref="Width"/>], overwritten.</param>
    /// <exception cref="ArgumentException">The input cannot be encoded, or the destination has another length.</exception>
    void Encode(TInput input, Span<float> destination);
}
