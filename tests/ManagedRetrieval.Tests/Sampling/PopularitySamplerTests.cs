using ManagedRetrieval.Sampling;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Sampling;

public class PopularitySamplerTests
{
    [Fact]
    public void Probabilities_are_powers_of_the_counts_over_their_sum() => RandomCases.Check(draw =>
    {
        long[] counts = Counts(draw);
        double exponent = draw.OneOf(0, 0.5, 0.75, 1, 2, draw.Uniform(0, 4));
        var sampler = new PopularitySampler(counts, exponent);
        Assert.Equal(counts.Length, sampler.Count);
        double sum = counts.Where(count => count > 0).Sum(count => Math.Pow(count, exponent));
        for (int row = 0; row < counts.Length; row++)
        {
            double expected = counts[row] == 0 ? 0 : Math.Pow(counts[row], exponent) / sum;
            Assert.Equal(expected, sampler.Probability(row), 1e-7 * expected);
        }
    });

    [Fact]
    public void Without_an_exponent_the_probabilities_are_the_relative_frequencies_bit_for_bit() => RandomCases.Check(draw =>
    {
        long[] counts = Counts(draw);
        float[] probabilities = new float[counts.Length];
        new PopularitySampler(counts).Probabilities([.. Enumerable.Range(0, counts.Length)], probabilities);
        Agree.Exactly<float>("probabilities", SamplingProbability.FromCounts(counts), probabilities);
    });

    [Fact]
    public void Rows_without_a_count_are_never_drawn() => RandomCases.Check(
        draw =>
        {
            long[] counts = Counts(draw);
            int[] rows = new int[500];
            new PopularitySampler(counts, draw.OneOf(0, 0.5, 1)).Sample(draw.Seed, 0, rows);
            Assert.All(rows, row => Assert.True(counts[row] > 0));
        },
        size: 60);

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refused<ArgumentException>([], 1, "counts", "empty");
        Refused<ArgumentException>([0, 0, 0], 1, "counts", "all 0");
        Refused<ArgumentException>([1, -1], 1, "counts", "number 1 is -1");
        Refused<ArgumentOutOfRangeException>([1, 2], -0.5, "exponent", "-0.5");
        Refused<ArgumentOutOfRangeException>([1, 2], double.NaN, "exponent", "NaN");
        Refused<ArgumentOutOfRangeException>([1, 2], double.PositiveInfinity, "exponent", "Infinity");
        Refused<ArgumentOutOfRangeException>([1, 1000], 200, "exponent", "200", "overflow");

        static void Refused<TException>(long[] counts, double exponent, params ReadOnlySpan<string> words)
            where TException : Exception =>
            Refusal.Of<TException>(() => _ = new PopularitySampler(counts, exponent), words);
    }

    /// <summary>Counts of very different sizes, some 0, not all.</summary>
    private static long[] Counts(Draw draw)
    {
        long[] counts = new long[draw.Length()];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = draw.OneOf(0, 1, draw.Below(10), draw.Below(1_000_000));
        }

        counts[draw.Below(counts.Length)] += 1;
        return counts;
    }
}
