using ManagedRetrieval.Sampling;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Sampling;

public class SamplingProbabilityTests
{
    [Fact]
    public void Frequencies_are_shares_of_the_sum() => RandomCases.Check(draw =>
    {
        long[] counts = [.. draw.Ids(draw.Length(), 6).Select(id => (long)id), 1 + draw.Below(9)];
        float[] probabilities = SamplingProbability.FromCounts(counts);
        Assert.Equal(counts.Select(count => (float)(count / (double)counts.Sum())), probabilities);
        Assert.Equal(1, probabilities.Sum(probability => (double)probability), 1e-6);
    });

    [Fact]
    public void Counts_whose_sum_no_long_holds_still_have_shares() =>
        Assert.Equal([0.25f, 0.5f, 0.25f, 0], SamplingProbability.FromCounts([1L << 61, 1L << 62, 1L << 61, 0]));

    [Fact]
    public void Counts_over_what_a_float_tells_apart_keep_their_shares() =>
        Assert.Equal([0.75f, 0.25f], SamplingProbability.FromCounts([3 * ((1L << 24) + 1), (1L << 24) + 1]));

    [Fact]
    public void Counts_that_do_not_fit_are_refused()
    {
        Refusal.Of<ArgumentException>(() => SamplingProbability.FromCounts([]), "counts", "empty");
        Refusal.Of<ArgumentException>(() => SamplingProbability.FromCounts([0, 0]), "counts", "all 0");
        Refusal.Of<ArgumentException>(() => SamplingProbability.FromCounts([3, -2]), "counts", "number 1 is -2");
    }

    [Fact]
    public void A_mixture_is_the_share_of_both_kinds_of_draws() => RandomCases.Check(draw =>
    {
        int length = draw.Length(minimum: 0);
        (int batch, int sampled) = (draw.Between(0, 50), draw.Between(0, 50));
        (float[] q, float[] p) = (Shares(draw, length), Shares(draw, length));
        if (batch + sampled == 0)
        {
            return;
        }

        float[] result = new float[length];
        SamplingProbability.Mixture(q, batch, p, sampled, result);
        for (int i = 0; i < length; i++)
        {
            Assert.Equal(((batch * (double)q[i]) + (sampled * (double)p[i])) / (batch + sampled), result[i], 1e-7);
            Assert.InRange(result[i], 0, 1);
        }

        float[] inPlace = [.. q];
        SamplingProbability.Mixture(inPlace, batch, p, sampled, inPlace);
        Agree.Exactly<float>("in place", result, inPlace);
    });

    [Fact]
    public void A_mixture_of_one_kind_alone_is_that_kind()
    {
        float[] result = new float[2];
        SamplingProbability.Mixture([0.1f, 0.7f], 3, [0.5f, 0.2f], 0, result);
        Assert.Equal([0.1f, 0.7f], result);
        SamplingProbability.Mixture([0.1f, 0.7f], 0, [0.5f, 0.2f], 8, result);
        Assert.Equal([0.5f, 0.2f], result);
        SamplingProbability.Mixture([0.25f, 0], 1, [0.5f, 0.5f], 3, result);
        Assert.Equal([0.4375f, 0.375f], result);
    }

    [Fact]
    public void A_mixture_of_what_does_not_fit_is_refused()
    {
        Refused<ArgumentOutOfRangeException>([1], -1, [1], 2, 1, "batchCount", "-1");
        Refused<ArgumentOutOfRangeException>([1], 2, [1], -3, 1, "sampledCount", "-3");
        Refused<ArgumentOutOfRangeException>([1], 0, [1], 0, 1, "batchCount", "sampledCount", "both 0");
        Refused<ArgumentException>([1, 1], 1, [1], 1, 2, "samplerProbability", "2, not 1");
        Refused<ArgumentException>([1], 1, [1], 1, 3, "result", "1, not 3");
        Refused<ArgumentException>([0, 1.5f], 1, [1, 1], 1, 2, "batchProbability", "number 1 is 1.5");
        Refused<ArgumentException>([1], 1, [-0.5f], 1, 1, "samplerProbability", "number 0 is -0.5");
        Refused<ArgumentException>([1], 1, [float.NaN], 1, 1, "samplerProbability", "number 0 is NaN");

        static void Refused<TException>(float[] batch, int batchCount, float[] sampler, int sampledCount, int length, params ReadOnlySpan<string> words)
            where TException : Exception =>
            Refusal.Of<TException>(() => SamplingProbability.Mixture(batch, batchCount, sampler, sampledCount, new float[length]), words);
    }

    private static float[] Shares(Draw draw, int length) => [.. Enumerable.Range(0, length).Select(_ => draw.OneOf(0, 1, (float)draw.Uniform()))];

    [Fact]
    public void What_is_possible_stays_possible_in_a_mixture()
    {
        float[] mixture = new float[2];
        SamplingProbability.Mixture([float.Epsilon, 0], 1, [0, 0], 1000, mixture);
        Assert.Equal([float.Epsilon, 0], mixture);
    }
}
