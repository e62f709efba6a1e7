using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Sampling;

public class ChiSquareTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(30)]
    [InlineData(100)]
    public void Critical_values_are_exceeded_about_once_in_ten_thousand(int freedom)
    {
        // With an even number of degrees P(χ² > x) = e^(−x/2) · Σ over i < freedom/2 of (x/2)^i / i!.
        double half = ChiSquare.Critical(freedom) / 2;
        (double sum, double term) = (0, 1);
        for (int i = 1; i <= freedom / 2; i++)
        {
            sum += term;
            term *= half / i;
        }

        Assert.InRange(Math.Exp(-half) * sum, 0.5e-4, 1.5e-4);
    }

    [Fact]
    public void Counts_of_another_distribution_are_rejected_and_their_own_accepted()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var draw = new Draw(seed, 1);
            int[] counts = new int[10];
            for (int i = 0; i < 20_000; i++)
            {
                counts[draw.Below(10)]++;
            }

            double[] own = [.. Enumerable.Repeat(0.1, 10)];
            Assert.True(ChiSquare.Accepts(counts, own));

            // A fifth more of one, a fifth less of another: the statistic grows by 20,000 · 2 · 0.02² / 0.1 = 160.
            (double[] other, double[] absent) = ([.. own], [.. own]);
            (other[3], other[7]) = (0.12, 0.08);
            Assert.False(ChiSquare.Accepts(counts, other));
            (absent[3], absent[7]) = (0.2, 0);
            Assert.False(ChiSquare.Accepts(counts, absent));
        }
    }
}
