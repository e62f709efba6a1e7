using ManagedRetrieval.Features;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Sampling;

[Collection(AloneCollection.Name)]
public class StreamingFrequencyEstimatorTests
{
    [Fact]
    public void Estimates_are_one_over_the_mean_interval_of_the_best_bucket() => RandomCases.Check(
        draw =>
        {
            StreamingFrequencyOptions options = RandomOptions(draw);
            int[] stream = draw.Ids(draw.Between(0, 4 * draw.Size), draw.Length());
            var estimator = new StreamingFrequencyEstimator(options);
            estimator.Observe(stream);
            Assert.Equal(stream.Length, estimator.Draws);
            int[] asked = [.. Enumerable.Range(-2, draw.Size + 4)];
            float[] estimates = Estimates(estimator, asked);
            for (int i = 0; i < asked.Length; i++)
            {
                double expected = 1 / Enumerable.Range(0, options.Hashes).Max(hash => Interval(options, stream, asked[i], hash) ?? double.PositiveInfinity);
                expected = expected == 0 ? 1.0 / (stream.Length + 1) : expected;
                Assert.Equal(expected, estimates[i], 1e-6 * expected);
                Assert.InRange(estimates[i], float.Epsilon, 1);
            }
        },
        cases: 300,
        size: 30);

    [Fact]
    public void A_short_stream_gives_what_a_hand_computes()
    {
        // 7 comes at 1, 3, 4, 8: intervals 1, 2, 1, 4. 5 comes at 2; 9 at 5, 6, 7: 5, 1, 1.
        int[] stream = [7, 5, 7, 7, 9, 9, 9, 7];
        var mean = new StreamingFrequencyEstimator(new StreamingFrequencyOptions { LearningRate = 0.01 });
        mean.Observe(stream);
        Assert.Equal([4f / 8, 1f / 2, 3f / 7, 1f / 9], Estimates(mean, 7, 5, 9, 1000));

        // 1; then half of each: 1.5, 1.25, 2.625. 5; 3; 2.
        var moving = new StreamingFrequencyEstimator(new StreamingFrequencyOptions { LearningRate = 0.5 });
        moving.Observe(stream);
        Assert.Equal([1 / 2.625f, 1f / 2, 1f / 2, 1f / 9], Estimates(moving, 7, 5, 9, 1000));

        // The last interval alone.
        var last = new StreamingFrequencyEstimator(new StreamingFrequencyOptions { LearningRate = 1 });
        last.Observe(stream);
        Assert.Equal([1f / 4, 1f / 2, 1f, 1f / 9], Estimates(last, 7, 5, 9, 1000));
    }

    [Fact]
    public void Nothing_seen_makes_every_id_certain() =>
        Assert.Equal([1f, 1f], Estimates(new StreamingFrequencyEstimator(), 4, 5));

    [Fact]
    public void The_error_falls_with_the_length_of_the_stream_and_ends_small()
    {
        // With a running mean the relative standard deviation of an id's estimate is about √((1 − p) / (draws · p)):
        // a hundred times the draws make it ten times smaller. A half of that is asked.
        (int[] stream, double[] probabilities) = Zipf.Draw(seed: 1, draws: 400_000);
        var estimator = new StreamingFrequencyEstimator(new StreamingFrequencyOptions { LearningRate = 1e-6, Seed = 3 });
        estimator.Observe(stream[..4000]);
        double early = RelativeError(estimator, probabilities);
        estimator.Observe(stream[4000..]);
        double late = RelativeError(estimator, probabilities);
        Assert.True(late < early / 5, $"{early} fell only to {late}");
        Assert.InRange(late, 0, 0.03);
    }

    [Fact]
    public void A_learning_rate_keeps_the_error_at_its_own_size_and_follows_a_change()
    {
        // An average with weight α on the newest interval has relative variance α / (2 − α): 7 % in the root at 0.01.
        (int[] stream, double[] probabilities) = Zipf.Draw(seed: 2, draws: 150_000);
        var moving = new StreamingFrequencyEstimator();
        var fixedMean = new StreamingFrequencyEstimator(new StreamingFrequencyOptions { LearningRate = 1e-6 });
        moving.Observe(stream);
        fixedMean.Observe(stream);
        Assert.InRange(RelativeError(moving, probabilities), 0.02, 0.1);

        int[] reversed = [.. stream.Select(id => probabilities.Length - 1 - id)];
        double[] now = [.. probabilities.Reverse()];
        Assert.True(RelativeError(moving, now) > 1, "the change is none");
        moving.Observe(reversed);
        fixedMean.Observe(reversed);
        Assert.InRange(RelativeError(moving, now), 0.02, 0.1);
        Assert.True(RelativeError(fixedMean, now) > 0.5, "a mean over everything must lag");
    }

    [Fact]
    public void Further_hash_functions_mend_collisions()
    {
        (int[] stream, double[] probabilities) = Zipf.Draw(seed: 4, draws: 50_000);
        double[] errors = [.. from hashes in (int[])[1, 2, 4] select Enumerable.Range(0, 10).Average(seed => Excess(hashes, (ulong)(100 * seed)))];
        Assert.True(errors[0] > 0.2, $"one hash function must suffer from collisions, not by {errors[0]}");
        Assert.True(errors[1] < errors[0] / 2 && errors[2] < errors[1] / 2, string.Join(", ", errors));

        // How much too large the estimates are in the mean over ids, where 50 ids share 64 buckets.
        double Excess(int hashes, ulong seed)
        {
            var estimator = new StreamingFrequencyEstimator(new StreamingFrequencyOptions { Buckets = 64, Hashes = hashes, Seed = seed });
            estimator.Observe(stream);
            float[] estimates = Estimates(estimator, [.. Enumerable.Range(0, probabilities.Length)]);
            return estimates.Zip(probabilities, (estimate, probability) => Math.Max(0, estimate - probability)).Sum();
        }
    }

    [Fact]
    public void Neither_the_kind_of_id_nor_the_cut_into_batches_makes_a_difference() => RandomCases.Check(
        draw =>
        {
            var options = new StreamingFrequencyOptions { Buckets = 1 << 16, LearningRate = draw.OneOf(0.01, 0.5), Seed = draw.Seed };
            int[] stream = draw.Ids(draw.Between(1, 4 * draw.Size), draw.Length());
            (StreamingFrequencyEstimator whole, StreamingFrequencyEstimator longs, StreamingFrequencyEstimator texts, StreamingFrequencyEstimator single) =
                (new(options), new(options), new(options), new(options));
            whole.Observe(stream);
            int cut = draw.Below(stream.Length + 1);
            longs.Observe(stream[..cut].Select(id => (long)id).ToArray());
            longs.Observe(stream[cut..].Select(id => (long)id).ToArray());
            texts.Observe(stream.Select(id => $"id {id}").ToArray());
            foreach (int id in stream)
            {
                if (draw.Bool())
                {
                    single.Observe(id);
                }
                else
                {
                    single.Observe((long)id);
                }
            }

            int[] asked = [.. Enumerable.Range(0, draw.Size + 3)];
            float[] expected = Estimates(whole, asked);
            float[] others = new float[asked.Length];
            longs.Estimate(asked.Select(id => (long)id).ToArray(), others);
            Assert.Equal(expected, others);
            single.Estimate(asked, others);
            Assert.Equal(expected, others);

            // With 65536 buckets twice over, a few ids do not meet in both.
            texts.Estimate(asked.Select(id => $"id {id}").ToArray(), others);
            Assert.Equal(expected, others);
        },
        size: 15);

    [Fact]
    public void Another_seed_spreads_ids_otherwise()
    {
        (int[] stream, _) = Zipf.Draw(seed: 5, draws: 1000);
        (StreamingFrequencyEstimator first, StreamingFrequencyEstimator second) =
            (new(new StreamingFrequencyOptions { Buckets = 8, Seed = 1 }), new(new StreamingFrequencyOptions { Buckets = 8, Seed = 77 }));
        first.Observe(stream);
        second.Observe(stream);
        int[] asked = [.. Enumerable.Range(0, 50)];
        Assert.NotEqual(Estimates(first, asked), Estimates(second, asked));
    }

    [Fact]
    public void Observing_and_estimating_allocate_nothing()
    {
        var estimator = new StreamingFrequencyEstimator(new StreamingFrequencyOptions { Buckets = 100 });
        CandidateIds ids = new[] { "a", "b", "c" };
        float[] estimates = new float[3];
        Assert.Equal(0, Allocated.ByOneOf(() =>
        {
            estimator.Observe(ids);
            estimator.Estimate(ids, estimates);
        }));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refused(new StreamingFrequencyOptions { Buckets = 0 }, "Buckets", "0");
        Refused(new StreamingFrequencyOptions { Hashes = -1 }, "Hashes", "-1");
        Refused(new StreamingFrequencyOptions { Buckets = 1 << 28, Hashes = 8 }, "Buckets", "Hashes", "2147483648");
        Refused(new StreamingFrequencyOptions { LearningRate = 0 }, "LearningRate", "(0, 1]", "not 0");
        Refused(new StreamingFrequencyOptions { LearningRate = 1.5 }, "LearningRate", "1.5");
        Refused(new StreamingFrequencyOptions { LearningRate = double.NaN }, "LearningRate", "NaN");
        var estimator = new StreamingFrequencyEstimator(new StreamingFrequencyOptions { Buckets = 4 });
        Refusal.Of<ArgumentException>(() => estimator.Observe(new[] { "a", null! }), "ids", "null", "number 1");
        Refusal.Of<ArgumentException>(() => estimator.Estimate(new[] { (string)null! }, new float[1]), "ids", "null", "number 0");
        Refusal.Of<ArgumentException>(() => estimator.Estimate(new[] { 1, 2 }, new float[1]), "probabilities", "each of the 2", "not 1");
        Assert.Equal(0, estimator.Draws);

        static void Refused(StreamingFrequencyOptions options, params ReadOnlySpan<string> words) =>
            Refusal.Of<ArgumentOutOfRangeException>(() => _ = new StreamingFrequencyEstimator(options), words);
    }

    internal static StreamingFrequencyOptions RandomOptions(Draw draw) => new()
    {
        Buckets = draw.OneOf(1, 2, 5, 1000),
        Hashes = draw.Between(1, 3),
        LearningRate = draw.OneOf(1, 0.5, 0.2, 0.01),
        Seed = draw.Seed,
    };

    internal static float[] Estimates(StreamingFrequencyEstimator estimator, params int[] ids)
    {
        float[] estimates = new float[ids.Length];
        estimator.Estimate(ids, estimates);
        return estimates;
    }

    /// <summary>The mean interval of an id's bucket as one weighted sum over the whole stream; null where nothing fell into it.</summary>
    private static double? Interval(StreamingFrequencyOptions options, int[] stream, int id, int hash)
    {
        int[] positions = [.. stream.Index().Where(entry => Bucket(entry.Item) == Bucket(id)).Select(entry => entry.Index + 1)];
        if (positions.Length == 0)
        {
            return null;
        }

        // Interval k keeps its own step size times what every later update leaves: Π (1 − step).
        double mean = 0;
        for (int k = 1; k <= positions.Length; k++)
        {
            double weight = Step(k);
            for (int later = k + 1; later <= positions.Length; later++)
            {
                weight *= 1 - Step(later);
            }

            mean += weight * (positions[k - 1] - (k == 1 ? 0 : positions[k - 2]));
        }

        return mean;

        double Step(int update) => Math.Max(options.LearningRate, 1.0 / update);

        int Bucket(int key) => StableHash.Bucket(StableHash.Of(key, options.Seed + (ulong)hash), options.Buckets);
    }

    /// <summary>The root of the mean square of the ids' relative errors.</summary>
    private static double RelativeError(StreamingFrequencyEstimator estimator, double[] probabilities)
    {
        float[] estimates = Estimates(estimator, [.. Enumerable.Range(0, probabilities.Length)]);
        return Math.Sqrt(estimates.Zip(probabilities, (estimate, probability) => Math.Pow((estimate / probability) - 1, 2)).Average());
    }
}
