using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Sampling;

/// <summary>What every sampler must do.</summary>
public class CandidateSamplerTests
{
    private const int Draws = 100_000;

    public static TheoryData<string> Names => [.. Samplers.Keys];

    private static Dictionary<string, ICandidateSampler> Samplers { get; } = new(StringComparer.Ordinal)
    {
        ["one row"] = new UniformSampler(1),
        ["uniform"] = new UniformSampler(97),
        ["log-uniform over one row"] = new LogUniformSampler(1),
        ["log-uniform"] = new LogUniformSampler(200),
        ["popularity of one row"] = new PopularitySampler([7]),
        ["popularity"] = new PopularitySampler(Zipf(120)),
        ["popularity, flattened"] = new PopularitySampler(Zipf(120), 0.75),
        ["popularity, sharpened"] = new PopularitySampler([5, 9, 0, 2, 7, 0], 2.5),
        ["popularity without weight"] = new PopularitySampler([0, 5, 1, 0, 100, 0], 0),
        ["popularity of rows of which most never occur"] = new PopularitySampler([0, 0, 9, 0, 0, 0, 1, 0]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Frequencies_are_the_probabilities_within_a_step_and_across_steps(string name)
    {
        ICandidateSampler sampler = Samplers[name];
        double[] probabilities = Probabilities(sampler);
        int[] rows = new int[Draws];
        sampler.Sample(11, 3, rows);
        Assert.True(ChiSquare.Accepts(Counts(rows, sampler.Count), probabilities), "within a step");
        for (int step = 0; step < Draws; step++)
        {
            sampler.Sample(12, (ulong)step, rows.AsSpan(step, 1));
        }

        Assert.True(ChiSquare.Accepts(Counts(rows, sampler.Count), probabilities), "across steps");
        for (int seed = 0; seed < Draws; seed++)
        {
            sampler.Sample((ulong)seed, 5, rows.AsSpan(seed, 1));
        }

        Assert.True(ChiSquare.Accepts(Counts(rows, sampler.Count), probabilities), "across seeds");
    }

    [Theory]
    [InlineData("uniform", "log-uniform")]
    [InlineData("log-uniform", "uniform")]
    [InlineData("popularity", "popularity, flattened")]
    [InlineData("popularity, flattened", "popularity")]
    [InlineData("popularity", "uniform")]
    public void Frequencies_are_not_those_of_another_sampler(string name, string other)
    {
        int[] rows = new int[Draws];
        Samplers[name].Sample(11, 3, rows);
        int count = Math.Min(Samplers[name].Count, Samplers[other].Count);
        double[] probabilities = Probabilities(Samplers[other])[..count];
        double total = probabilities.Sum();
        Assert.False(ChiSquare.Accepts(Counts([.. rows.Where(row => row < count)], count), [.. probabilities.Select(p => p / total)]));
    }

    [Theory]
    [InlineData("uniform")]
    [InlineData("log-uniform")]
    [InlineData("popularity")]
    public void Neighbouring_draws_and_neighbouring_steps_are_independent(string name)
    {
        // Eight cells for a draw: rows by their number modulo 8.
        ICandidateSampler sampler = Samplers[name];
        double[] cells = new double[8];
        foreach ((int row, double probability) in Probabilities(sampler).Index())
        {
            cells[row % 8] += probability;
        }

        (int[] positions, int[] steps) = (new int[64], new int[64]);
        (int[] before, int[] now) = (new int[1000], new int[1000]);
        for (ulong step = 0; step < 100; step++)
        {
            (before, now) = (now, before);
            sampler.Sample(21, step, now);
            for (int i = 0; i < now.Length; i++)
            {
                positions[(now[i] % 8 * 8) + (now[(i + 1) % now.Length] % 8)]++;
                steps[(now[i] % 8 * 8) + (before[i] % 8)] += step == 0 ? 0 : 1;
            }
        }

        double[] joint = [.. from first in cells from second in cells select first * second];
        Assert.True(ChiSquare.Accepts(positions, joint), "positions");
        Assert.True(ChiSquare.Accepts(steps, joint), "steps");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Seed_step_and_position_decide_a_draw_and_each_of_them_counts(string name)
    {
        ICandidateSampler sampler = Samplers[name];
        (int[] rows, int[] again, int[] fewer) = (new int[300], new int[300], new int[70]);
        sampler.Sample(5, 8, rows);
        sampler.Sample(6, 9, again);
        sampler.Sample(5, 8, again);
        sampler.Sample(5, 8, fewer);
        Assert.Equal(rows, again);
        Assert.Equal(rows[..70], fewer);
        if (sampler.Count > 1)
        {
            sampler.Sample(5, 9, again);
            Assert.NotEqual(rows, again);
            sampler.Sample(6, 8, again);
            Assert.NotEqual(rows, again);
            Assert.True(rows.Distinct().Count() > 1);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Probabilities_sum_to_one_and_come_alike_one_by_one(string name)
    {
        ICandidateSampler sampler = Samplers[name];
        Assert.Equal(1, Probabilities(sampler).Sum(), 1e-6);
        int[] rows = new Draw(3, 1).Ids(40, sampler.Count);
        float[] several = new float[40];
        sampler.Probabilities(rows, several);
        Assert.Equal(rows.Select(sampler.Probability), several);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rows_that_do_not_exist_are_refused(string name)
    {
        ICandidateSampler sampler = Samplers[name];
        Refusal.Of<ArgumentOutOfRangeException>(() => sampler.Probability(-1), "row", "-1", $"[0, {sampler.Count})");
        Refusal.Of<ArgumentOutOfRangeException>(() => sampler.Probability(sampler.Count), "row", $"[0, {sampler.Count})");
        Refusal.Of<ArgumentOutOfRangeException>(() => sampler.Probabilities([0, sampler.Count], new float[2]), "rows", $"[0, {sampler.Count})");
        Refusal.Of<ArgumentException>(() => sampler.Probabilities([0, 0], new float[3]), "probabilities", "2, not 3");
    }

    [Fact]
    public void A_uniform_sampler_gives_every_row_the_same_probability()
    {
        Assert.Equal([0.25f, 0.25f, 0.25f, 0.25f], Probabilities(new UniformSampler(4)).Select(p => (float)p));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => new UniformSampler(0));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => new UniformSampler(-3));
    }

    [Fact]
    public void The_same_draws_come_on_every_machine()
    {
        // The random numbers behind them are pinned by the engine's tests; here their use is.
        int[] rows = new int[6];
        new UniformSampler(1000).Sample(1, 2, rows);
        var random = new CounterRandom(1, 0x5341_4D50_0000_0002);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => random.Below(1000, (ulong)i)), rows);
    }

    private static long[] Zipf(int count) => [.. Enumerable.Range(1, count).Select(rank => 10_000L / rank)];

    private static double[] Probabilities(ICandidateSampler sampler) =>
        [.. Enumerable.Range(0, sampler.Count).Select(row => (double)sampler.Probability(row))];

    private static int[] Counts(int[] rows, int count)
    {
        int[] counts = new int[count];
        foreach (int row in rows)
        {
            counts[row]++;
        }

        return counts;
    }
}
