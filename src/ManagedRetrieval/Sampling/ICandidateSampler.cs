namespace ManagedRetrieval.Sampling;

/// <summary>Draws corpus rows, with replacement, as extra negatives, and knows how probable each is.</summary>
/// <remarks>What is drawn is a pure function of seed, training step and position, so that any worker may draw any part.</remarks>
public interface ICandidateSampler
{
    /// <summary>The number of rows to draw from.</summary>
    int Count { get; }

    /// <summary>Fills <paramref name="rows"/> with rows in [0, <see cref="Count"/>). Row i of a longer span is the same.</summary>
    /// <param name="seed">Together with <paramref name="trainingStep"/> decides every draw.</param>
    /// <param name="trainingStep">Another number for each step.</param>
    /// <param name="rows">The result, of any length.</param>
    void Sample(ulong seed, ulong trainingStep, Span<int> rows);

    /// <summary>The probability, per draw, with which a row comes; all of them sum to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="row"/> is not in [0, <see cref="Count"/>).</exception>
    float Probability(int row);

    /// <summary>The probability of each of <paramref name="rows"/>.</summary>
    /// <param name="rows">Rows in [0, <see cref="Count"/>), in any order, repeated or not.</param>
    /// <param name="probabilities">As long as <paramref name="rows"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A row is not in [0, <see cref="Count"/>).</exception>
    void Probabilities(ReadOnlySpan<int> rows, Span<float> probabilities);
}
