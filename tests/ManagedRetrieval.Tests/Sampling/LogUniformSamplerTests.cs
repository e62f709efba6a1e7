using ManagedRetrieval.Sampling;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Sampling;

public class LogUniformSamplerTests
{
    [Fact]
    public void Probabilities_are_what_the_formula_says() => RandomCases.Check(
        draw =>
        {
            var sampler = new LogUniformSampler(draw.Length());
            for (int row = 0; row < sampler.Count; row++)
            {
                double expected = Math.Log((row + 2.0) / (row + 1.0)) / Math.Log(sampler.Count + 1.0);
                Assert.Equal(expected, sampler.Probability(row), 1e-7 * expected);
            }
        },
        size: 500);

    [Fact]
    public void Probabilities_of_rare_rows_keep_their_digits()
    {
        // ln(1 + x) = x − x²/2 + …, x = 1e-9.
        float probability = new LogUniformSampler(2_000_000_000).Probability(999_999_999);
        Assert.Equal((1e-9 - 0.5e-18) / Math.Log(2_000_000_001.0), probability, 1e-7 * probability);
    }

    [Fact]
    public void Each_row_has_the_stretch_of_the_unit_interval_that_is_its_probability() => RandomCases.Check(
        draw =>
        {
            var sampler = new LogUniformSampler(draw.Length());
            double all = Math.Log(sampler.Count + 1.0);
            for (int row = 0; row < sampler.Count; row++)
            {
                (double low, double high) = (Math.Log(row + 1.0) / all, Math.Log(row + 2.0) / all);
                Assert.Equal(row, sampler.RowAt(low + (0.001 * (high - low))));
                Assert.Equal(row, sampler.RowAt(high - (0.001 * (high - low))));
            }
        },
        size: 500);

    [Fact]
    public void The_ends_of_the_unit_interval_give_the_first_and_the_last_row_for_any_count()
    {
        for (int count = 1; count <= 20_000; count++)
        {
            var sampler = new LogUniformSampler(count);
            Assert.Equal(0, sampler.RowAt(0));
            Assert.Equal(count - 1, sampler.RowAt(Math.BitDecrement(1.0)));
        }

        Assert.Equal(int.MaxValue - 1, new LogUniformSampler(int.MaxValue).RowAt(Math.BitDecrement(1.0)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void No_rows_are_refused(int count) => Assert.Throws<ArgumentOutOfRangeException>(nameof(count), () => new LogUniformSampler(count));
}
