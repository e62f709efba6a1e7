using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Sampling;

/// <summary>Draws rows that stand in descending order of frequency, about as Zipf's law says: P(r) = ln((r + 2) / (r + 1)) / ln(count + 1).</summary>
/// <remarks>
/// The distribution of TensorFlow's <c>log_uniform_candidate_sampler</c>. Sampled by inversion of
/// P(row ≤ r) = ln(r + 2) / ln(count + 1): row = ⌊(count + 1)ᵘ⌋ − 1 for a uniform u in [0, 1).
/// </remarks>
public sealed class LogUniformSampler : CandidateSampler
{
    private readonly double _logOfAll;

    /// <summary>A sampler over <paramref name="count"/> rows, at least one, row 0 the most frequent.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public LogUniformSampler(int count)
        : base(count) => _logOfAll = Math.Log(count + 1.0);

    /// <summary>The row at u in [0, 1).</summary>
    internal int RowAt(double uniform) =>
        // The last row is named, because an exponential that rounds up could reach count + 1.
        Math.Min((int)(Math.Exp(uniform * _logOfAll) - 1), Count - 1);

    private protected override void Fill(CounterRandom random, Span<int> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = RowAt(random.Uniform((ulong)i));
        }
    }

    // ln((r + 2) / (r + 1)) = 2 artanh(1 / (2r + 3)), which loses no digits where the quotient is close to 1.
    private protected override double Share(int row) => 2 * Math.Atanh(1 / ((2.0 * row) + 3)) / _logOfAll;
}
