using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Sampling;

/// <summary>What the samplers of this library have in common: the random numbers and the checks.</summary>
public abstract class CandidateSampler : ICandidateSampler
{
    // Keeps the draws apart from what else the same seed decides.
    private const ulong SampleStream = 0x5341_4D50_0000_0000;

    private protected CandidateSampler(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public void Sample(ulong seed, ulong trainingStep, Span<int> rows) => Fill(new CounterRandom(seed, unchecked(SampleStream + trainingStep)), rows);

    /// <inheritdoc/>
    public float Probability(int row)
    {
        Check(row, nameof(row));
        return (float)Share(row);
    }

    /// <inheritdoc/>
    public void Probabilities(ReadOnlySpan<int> rows, Span<float> probabilities)
    {
        if (probabilities.Length != rows.Length)
        {
            throw new ArgumentException($"probabilities must be as long as rows, {rows.Length}, not {probabilities.Length}.", nameof(probabilities));
        }

        for (int i = 0; i < rows.Length; i++)
        {
            Check(rows[i], nameof(rows));
            probabilities[i] = (float)Share(rows[i]);
        }
    }

    /// <summary>Draws row i from the positions that belong to i alone.</summary>
    private protected abstract void Fill(CounterRandom random, Span<int> rows);

    /// <summary>The probability of a row that exists.</summary>
    private protected abstract double Share(int row);

    private void Check(int row, string argument)
    {
        if ((uint)row >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(
                argument, row, FormattableString.Invariant($"Row {row} is not in [0, {Count})."));
        }
    }
}
