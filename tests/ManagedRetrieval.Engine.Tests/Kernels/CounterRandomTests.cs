using ManagedRetrieval.Engine.Kernels;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class CounterRandomTests
{
    // Computed outside .NET from the published finaliser.
    [Theory]
    [InlineData(0x0UL, 0x0UL, 0x0UL, 0x33FE8BD4F9C57863UL)]
    [InlineData(0x0UL, 0x0UL, 0x1UL, 0x568A9B0B1A2C05ECUL)]
    [InlineData(0x1UL, 0x0UL, 0x0UL, 0x0A385EF24FA6A992UL)]
    [InlineData(0x0UL, 0x1UL, 0x0UL, 0xC8CAD0DA637712F0UL)]
    [InlineData(0x2AUL, 0x7UL, 0xF4240UL, 0x89A14E1DEDCB79BDUL)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0xF8B2085B47E6D3AFUL)]
    public void Bits_have_their_pinned_values(ulong seed, ulong stream, ulong position, ulong expected)
    {
        Assert.Equal(expected, new CounterRandom(seed, stream).Bits(position));
        Assert.Equal((expected >> 11) / Math.Pow(2, 53), new CounterRandom(seed, stream).Uniform(position));
    }

    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(1UL, 0UL)]
    [InlineData(0UL, 1UL)]
    public void Numbers_fill_the_unit_interval_evenly_and_neighbours_are_independent(ulong seed, ulong stream)
    {
        const int Cells = 16;
        var random = new CounterRandom(seed, stream);
        int[] pairs = new int[Cells * Cells];
        for (ulong i = 0; i < 100_000; i++)
        {
            (double first, double second) = (random.Uniform(i), random.Uniform(i + 1));
            Assert.InRange(first, 0, 1 - Math.Pow(2, -53));
            pairs[((int)(first * Cells) * Cells) + (int)(second * Cells)]++;
        }

        AssertUniform(pairs);
    }

    [Fact]
    public void Neighbouring_seeds_and_streams_are_independent()
    {
        int[] seeds = new int[256];
        int[] streams = new int[256];
        for (ulong i = 0; i < 50_000; i++)
        {
            seeds[(new CounterRandom(i, 0).Below(16, 5) * 16) + new CounterRandom(i + 1, 0).Below(16, 5)]++;
            streams[(new CounterRandom(3, i).Below(16, 5) * 16) + new CounterRandom(3, i + 1).Below(16, 5)]++;
        }

        AssertUniform(seeds);
        AssertUniform(streams);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void Integers_stay_below_their_bound_and_are_uniform(int bound)
    {
        var random = new CounterRandom(9, 2);
        int[] counts = new int[bound];
        for (ulong i = 0; i < 100_000; i++)
        {
            counts[random.Below(bound, i)]++;
        }

        AssertUniform(counts);
    }

    [Fact]
    public void The_largest_bound_gives_no_negative_number()
    {
        var random = new CounterRandom(1, 1);
        for (ulong i = 0; i < 1000; i++)
        {
            Assert.InRange(random.Below(int.MaxValue, i), 0, int.MaxValue - 1);
        }
    }

    [Fact]
    public void A_shuffle_keeps_every_value_and_sends_each_to_every_place_equally_often()
    {
        const int Length = 8;
        int[] counts = new int[Length * Length];
        for (ulong stream = 0; stream < 40_000; stream++)
        {
            int[] values = [.. Enumerable.Range(0, Length)];
            new CounterRandom(11, stream).Shuffle<int>(values);
            for (int place = 0; place < Length; place++)
            {
                counts[(values[place] * Length) + place]++;
            }

            Assert.Equal(Enumerable.Range(0, Length), values.Order());
        }

        AssertUniform(counts);
    }

    [Fact]
    public void A_shuffle_of_one_or_none_changes_nothing()
    {
        var random = new CounterRandom(0, 0);
        random.Shuffle<int>([]);
        int[] one = [5];
        random.Shuffle<int>(one);
        Assert.Equal([5], one);
    }

    // Chi-square has mean k and variance 2k at k degrees of freedom; five deviations are under one in a million.
    private static void AssertUniform(int[] counts)
    {
        double expected = (double)counts.Sum() / counts.Length;
        double chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        double freedom = counts.Length - 1;
        Assert.InRange(chiSquare, freedom - (5 * Math.Sqrt(2 * freedom)), freedom + (5 * Math.Sqrt(2 * freedom)) + 10);
    }
}
