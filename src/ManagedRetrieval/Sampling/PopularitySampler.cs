using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Sampling;

/// <summary>Draws rows by how often they occur: P(r) = count_rᵃ / Σ countᵃ, a being the exponent.</summary>
/// <remarks>
/// By an alias table: two random numbers a draw, whatever the number of rows. With exponent 1 the probabilities are those
/// of <see cref="SamplingProbability.FromCounts"/>; 0.75 flattens them as word2vec does; 0 draws all rows that occur alike.
/// </remarks>
public sealed class PopularitySampler : CandidateSampler
{
    private readonly double[] _weights;
    private readonly double _total;
    private readonly AliasTable _table;

    /// <summary>A sampler over as many rows as there are counts.</summary>
    /// <param name="counts">How often each row occurs, not negative, not all 0. A count of 0 is never drawn and has probability 0.</param>
    /// <param name="exponent">Finite and not negative.</param>
    /// <exception cref="ArgumentException">There are no counts, one is negative, or all are 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The exponent is outside its range, or so large that the powers overflow.</exception>
    public PopularitySampler(ReadOnlySpan<long> counts, double exponent = 1)
        : base(Checked(counts, exponent))
    {
        _weights = new double[counts.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            _weights[i] = counts[i] == 0 ? 0 : Math.Pow(counts[i], exponent);
            _total += _weights[i];
        }

        if (!double.IsFinite(_total))
        {
            throw new ArgumentOutOfRangeException(
                nameof(exponent), exponent, FormattableString.Invariant($"With exponent {exponent} the powers of the counts overflow."));
        }

        _table = new AliasTable(_weights, _total);
    }

    private protected override void Fill(CounterRandom random, Span<int> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = _table.Draw(random, (ulong)i);
        }
    }

    private protected override double Share(int row) => _weights[row] / _total;

    private static int Checked(ReadOnlySpan<long> counts, double exponent)
    {
        SamplingProbability.CheckCounts(counts);
        return exponent >= 0 && double.IsFinite(exponent)
            ? counts.Length
            : throw new ArgumentOutOfRangeException(
                nameof(exponent), exponent, FormattableString.Invariant($"exponent must be finite and not negative, not {exponent}."));
    }
}
