using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Sampling;

/// <summary>Draws every row alike: P(r) = 1 / count.</summary>
public sealed class UniformSampler : CandidateSampler
{
    /// <summary>A sampler over <paramref name="count"/> rows, at least one.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public UniformSampler(int count)
        : base(count)
    {
    }

    private protected override void Fill(CounterRandom random, Span<int> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = random.Below(Count, (ulong)i);
        }
    }

    private protected override double Share(int row) => 1.0 / Count;
}
