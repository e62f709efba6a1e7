using ManagedRetrieval.Sampling;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Always the same rows; says that it draws all rows but the first alike.</summary>
internal sealed class FixedSampler(int count, params int[] drawn) : ICandidateSampler
{
    public int Count => count;

    /// <summary>The probability of every row, where it is another.</summary>
    public float? Every { get; init; }

    public void Sample(ulong seed, ulong trainingStep, Span<int> rows) => drawn.CopyTo(rows);

    public float Probability(int row) => Every ?? (row == 0 ? 0 : 1f / (Count - 1));

    public void Probabilities(ReadOnlySpan<int> rows, Span<float> probabilities)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            probabilities[i] = Probability(rows[i]);
        }
    }
}
