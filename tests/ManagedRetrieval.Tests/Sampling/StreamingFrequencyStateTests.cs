using ManagedRetrieval.Persistence;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Persistence;

namespace ManagedRetrieval.Tests.Sampling;

public class StreamingFrequencyStateTests
{
    [Fact]
    public void An_estimator_goes_on_after_a_round_trip_with_the_same_bits() => RandomCases.Check(
        draw =>
        {
            var estimator = new StreamingFrequencyEstimator(StreamingFrequencyEstimatorTests.RandomOptions(draw));
            estimator.Observe(draw.Ids(draw.Between(0, 4 * draw.Size), draw.Length()));
            byte[] before = Bytes(estimator);
            StreamingFrequencyEstimator restored = StreamingFrequencyEstimator.Read(Samples.Load(before), "q");
            Assert.Equal(estimator.Options, restored.Options);
            Assert.Equal(estimator.Draws, restored.Draws);

            int[] rest = draw.Ids(draw.Between(0, 4 * draw.Size), draw.Length());
            estimator.Observe(rest);
            restored.Observe(rest);
            int[] asked = [.. Enumerable.Range(-1, draw.Size + 3)];
            Agree.Exactly<float>(
                "estimates", StreamingFrequencyEstimatorTests.Estimates(estimator, asked), StreamingFrequencyEstimatorTests.Estimates(restored, asked));
            Assert.Equal(Bytes(estimator), Bytes(restored));
        },
        size: 20);

    [Fact]
    public void What_was_added_to_a_file_stays_as_it_was_while_the_estimator_goes_on()
    {
        StreamingFrequencyEstimator estimator = Small();
        var writer = new SafetensorsWriter();
        estimator.AddTo(writer, "q");
        byte[] expected = Samples.Bytes(writer);
        estimator.Observe(1);
        Assert.Equal(expected, Samples.Bytes(writer));
    }

    [Fact]
    public void Several_estimators_share_a_file()
    {
        (StreamingFrequencyEstimator first, StreamingFrequencyEstimator second) = (Small(), Small());
        second.Observe(9);
        var writer = new SafetensorsWriter();
        first.AddTo(writer, "first");
        second.AddTo(writer, "second");
        SafetensorsFile file = Samples.Load(Samples.Bytes(writer));
        Assert.Equal(5, StreamingFrequencyEstimator.Read(file, "first").Draws);
        Assert.Equal(6, StreamingFrequencyEstimator.Read(file, "second").Draws);
        Assert.Throws<ArgumentException>(() => first.AddTo(writer, "first"));
        Assert.Throws<ArgumentException>("prefix", () => first.AddTo(writer, ""));
        Assert.Throws<ArgumentNullException>("writer", () => first.AddTo(null!, "q"));
        Assert.Throws<ArgumentNullException>("file", () => StreamingFrequencyEstimator.Read(null!, "q"));
    }

    [Theory]
    [InlineData("last")]
    [InlineData("interval")]
    [InlineData("updates")]
    [InlineData("draws")]
    [InlineData("seed")]
    [InlineData("learning_rate")]
    public void Where_one_name_is_taken_nothing_is_added(string name)
    {
        var writer = new SafetensorsWriter();
        writer.AddCopy($"q.{name}", [1f], 1);
        byte[] before = Samples.Bytes(writer);
        Assert.Contains($"'q.{name}'", Assert.Throws<ArgumentException>(() => Small().AddTo(writer, "q")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Small().AddTo(writer, "\ud800"));
        Assert.Equal(before, Samples.Bytes(writer));
    }

    // Two buckets and one hash function, after five draws: bucket 0 at 1, 4, 5 and bucket 1 at 2, 3.
    [Theory]
    [InlineData("q.last", "element 0 is 6", 6L, 3L)]
    [InlineData("q.last", "element 1 is -3", 5L, -3L)]
    [InlineData("q.draws", "is 5, but the last position of hash function 0 is 4", 4L, 3L)]
    [InlineData("q.updates", "element 1 is 2", 5L, 0L)]
    public void Positions_that_no_stream_leaves_behind_are_refused(string tensor, string problem, long first, long second) =>
        Refused(new State { Last = [first, second] }, tensor, problem);

    [Theory]
    [InlineData("element 0 is 0", 0, 2)]
    [InlineData("element 0 is -1", -1, 2)]
    [InlineData("element 1 is 4", 3, 4)]
    public void Counts_that_no_stream_leaves_behind_are_refused(string problem, int first, int second) =>
        Refused(new State { Updates = [first, second] }, "q.updates", problem);

    [Theory]
    [InlineData("element 0 is NaN", double.NaN)]
    [InlineData("element 0 is 0.5", 0.5)]
    [InlineData("element 0 is 5.5", 5.5)]
    [InlineData("element 0 is Infinity", double.PositiveInfinity)]
    public void Intervals_that_no_stream_leaves_behind_are_refused(string problem, double interval) =>
        Refused(new State { Interval = [interval, 1.5] }, "q.interval", problem);

    [Fact]
    public void Other_damage_is_refused()
    {
        Refused(new State { Rate = [0] }, "q.learning_rate", "is 0");
        Refused(new State { Rate = [1.25] }, "q.learning_rate", "is 1.25");
        Refused(new State { Rate = [double.NaN] }, "q.learning_rate", "is NaN");
        Refused(new State { Draws = [-1] }, "q.last", "element 0 is 5");
        Refused(new State { Draws = [6] }, "q.draws", "is 6", "is 5");
        Refused(new State { Updates = [3, 2, 0] }, "q.updates", "I32 [1, 2]");
        Refused(new State { Interval = [5 / 3.0] }, "q.interval", "F64 [1, 2]");
        Refused(new State { Last = [5, 0], Updates = [3, 0] }, "q.interval", "element 1 is 1.5");

        var writer = new SafetensorsWriter();
        writer.Add("flat.last", new long[] { 1, 2 }, 2);
        writer.Add("empty.last", Array.Empty<long>(), 0, 4);
        SafetensorsFile file = Samples.Load(Samples.Bytes(writer));
        Refusal.Of<SnapshotFormatException>(() => StreamingFrequencyEstimator.Read(file, "flat"), "flat.last", "I64 [2]", "two axes");
        Refusal.Of<SnapshotFormatException>(() => StreamingFrequencyEstimator.Read(file, "empty"), "empty.last", "I64 [0, 4]");
        Refusal.Of<SnapshotFormatException>(() => StreamingFrequencyEstimator.Read(file, "none"), "none.last", "missing");
    }

    [Fact]
    public void The_state_that_the_damage_is_done_to_is_a_good_one() =>
        Assert.Equal(5, StreamingFrequencyEstimator.Read(new State().ToFile(), "q").Draws);

    private static byte[] Bytes(StreamingFrequencyEstimator estimator)
    {
        var writer = new SafetensorsWriter();
        estimator.AddTo(writer, "q");
        return Samples.Bytes(writer);
    }

    private static StreamingFrequencyEstimator Small()
    {
        var estimator = new StreamingFrequencyEstimator(new StreamingFrequencyOptions { Buckets = 3 });
        estimator.Observe(new[] { 1, 2, 1, 3, 1 });
        return estimator;
    }

    private static void Refused(State state, params ReadOnlySpan<string> words) =>
        Refusal.Of<SnapshotFormatException>(() => StreamingFrequencyEstimator.Read(state.ToFile(), "q"), words);

    private sealed class State
    {
        public long[] Last { get; init; } = [5, 3];

        public double[] Interval { get; init; } = [5 / 3.0, 1.5];

        public int[] Updates { get; init; } = [3, 2];

        public long[] Draws { get; init; } = [5];

        public double[] Rate { get; init; } = [0.01];

        public SafetensorsFile ToFile()
        {
            var writer = new SafetensorsWriter();
            writer.Add("q.last", Last, 1, Last.Length);
            writer.Add("q.interval", Interval, 1, Interval.Length);
            writer.Add("q.updates", Updates, 1, Updates.Length);
            writer.Add("q.draws", Draws);
            writer.Add("q.seed", new long[] { 0 });
            writer.Add("q.learning_rate", Rate);
            return Samples.Load(Samples.Bytes(writer));
        }
    }
}
