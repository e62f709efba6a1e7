using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Features;

/// <summary>A feature that was saved encodes every input as before, to the bit.</summary>
public sealed class FeatureRoundTripTests
{
    private static readonly string[] Texts = ["", "a", "b", "Toy Story", "\uD83C", "\uFFFD", "\u0130I\u0131i", "日本語 a b"];
    private static readonly double[] Numbers =
        [double.NaN, double.NegativeInfinity, -1e300, -7, -double.Epsilon, -0.0, 0.0, 1e-310, 0.1, 1.0 / 3, 5, double.MaxValue, double.PositiveInfinity];

    [Fact]
    public void Features_of_strings() => RandomCases.Check(draw => Check(Strings(draw), draw.OneOf<string>(Texts)));

    [Fact]
    public void Features_of_ints() => RandomCases.Check(draw => Check(Ints(draw), draw.OneOf(int.MinValue, -1, 0, 1, 2, int.MaxValue)));

    [Fact]
    public void Features_of_longs() => RandomCases.Check(draw => Check(Longs(draw), Long(draw)));

    [Fact]
    public void Features_of_numbers() => RandomCases.Check(draw => Check(Buckets(draw), draw.OneOf<double>(Numbers)));

    [Fact]
    public void Features_of_lists() => RandomCases.Check(draw =>
    {
        int? length = draw.Bool() ? draw.Between(1, 4) : null;
        Check(new ListFeature<string>(Strings(draw), length), [.. Many(draw, () => draw.OneOf<string>(Texts))]);
        Check(new ListFeature<int>(Ints(draw), length), [.. Many(draw, () => draw.Between(-2, 3))]);
        Check(new ListFeature<long>(Longs(draw), length), [.. Many(draw, () => Long(draw))]);
        Check(new ListFeature<double>(Buckets(draw), length), [.. Many(draw, () => draw.OneOf<double>(Numbers))]);
        Check(
            new ListFeature<long>(new IdFeature<long>(new Vocabulary<long>([3, 1, 2], draw.Between(0, 2))), length, skipUnknown: true),
            [.. Many(draw, () => (long)draw.Between(0, 5))]);
    });

    [Fact]
    public void Features_of_what_may_be_missing() => RandomCases.Check(draw =>
    {
        bool missing = draw.Bool();
        Check(new OptionalFeature<string>(Strings(draw)), missing ? null : draw.OneOf<string>(Texts));
        Check(new ListFeature<string?>(new OptionalFeature<string>(Strings(draw))), [draw.OneOf<string>(Texts), missing ? null : "a"]);
        Check(new OptionalValueFeature<int>(Ints(draw)), missing ? null : draw.Between(-2, 3));
        Check(new OptionalValueFeature<long>(Longs(draw)), missing ? null : Long(draw));
        Check(new OptionalValueFeature<double>(Buckets(draw)), missing ? null : draw.OneOf<double>(Numbers));
        Check(new OptionalFeature<IReadOnlyList<string>>(new ListFeature<string>(Strings(draw))), missing ? null : ["a"]);
        Check(new OptionalFeature<IReadOnlyList<int>>(new ListFeature<int>(Ints(draw))), missing ? null : [1, 2]);
        Check(new OptionalFeature<IReadOnlyList<long>>(new ListFeature<long>(Longs(draw))), missing ? null : [Long(draw)]);
        Check(new OptionalFeature<IReadOnlyList<double>>(new ListFeature<double>(Buckets(draw))), missing ? null : [0.5]);
    });

    [Fact]
    public void Features_of_numbers_that_stay_numbers() => RandomCases.Check(draw =>
    {
        var options = new NumberFeatureOptions { Transform = draw.OneOf(NumberTransform.None, NumberTransform.Log), Clip = draw.OneOf(double.Epsilon, 1.0 / 3, 9) };
        double mean = draw.OneOf(0, -0.0, 1.0 / 3, -double.MaxValue, double.Epsilon) * draw.Uniform();
        double deviation = draw.OneOf(0, 1, double.Epsilon, double.MaxValue, 0.1 + 0.2);
        NumberFeature after = Check(new NumberFeature(mean, deviation, options), draw.OneOf<double>(Numbers));
        Assert.Equal(BitConverter.DoubleToInt64Bits(mean), BitConverter.DoubleToInt64Bits(after.Mean));
        Assert.Equal(BitConverter.DoubleToInt64Bits(deviation), BitConverter.DoubleToInt64Bits(after.Deviation));
        Assert.Equal(options, after.Options);
        Assert.Null(Check(new NumberFeature(0, 1), draw.Uniform()).Options.Clip);

        var cycles = draw.OneOf(TimeCycles.Day, TimeCycles.Week, TimeCycles.DayAndWeek);
        Check(new TimeFeature(cycles, draw.OneOf(TimeUnit.Seconds, TimeUnit.Milliseconds), draw.Between(-840, 840)), Long(draw));
    });

    [Fact]
    public void Vectors() => RandomCases.Check(draw =>
    {
        var vectors = draw.Tensor<float>(new Shape(3, draw.Length()));
        (vectors.Span[0], vectors.Span[^1]) = (float.Epsilon, float.MinValue);
        bool refuse = draw.Bool();
        Assert.Equal(refuse, Check(new FrozenVectorFeature<string>(["a", "", "\u0130"], vectors, refuse), draw.OneOf("a", "", "\u0130")).RefuseUnknown);
        Check(new FrozenVectorFeature<int>([int.MinValue, 0, int.MaxValue], vectors, refuse), draw.OneOf(int.MinValue, 0, int.MaxValue));
        Check(new FrozenVectorFeature<long>([long.MinValue, 0, long.MaxValue], vectors), draw.OneOf(long.MinValue, 5, long.MaxValue));
        Check(new VectorFeature(2), new float[] { 1, float.Epsilon });
    });

    private static ISparseFeature<string> Strings(Draw draw) => draw.Below(3) switch
    {
        0 => new TextFeature(new() { Buckets = draw.Between(1, 100), Seed = (ulong)draw.Below(9) }),
        1 => new HashFeature<string>(draw.Between(1, 100), draw.Between(1, 5), (ulong)draw.Below(9)),
        _ => new IdFeature<string>(new Vocabulary<string>(["b", "", "a"], draw.Between(1, 4), ulong.MaxValue)),
    };

    private static ISparseFeature<int> Ints(Draw draw) => draw.Bool()
        ? new HashFeature<int>(draw.Between(1, 100), draw.Between(1, 5), (ulong)draw.Below(9))
        : new IdFeature<int>(new Vocabulary<int>([int.MaxValue, 0, int.MinValue], draw.Between(1, 4)));

    private static ISparseFeature<long> Longs(Draw draw) => draw.Below(3) switch
    {
        0 => new HashFeature<long>(draw.Between(1, 100), draw.Between(1, 5), (ulong)draw.Below(9)),
        1 => new TimeBucketFeature(
            draw.OneOf(TimeBuckets.HourOfDay, TimeBuckets.DayOfWeek, TimeBuckets.HourOfWeek), draw.OneOf(TimeUnit.Seconds, TimeUnit.Milliseconds), draw.Between(-840, 840)),
        _ => new IdFeature<long>(new Vocabulary<long>([long.MaxValue, 0, long.MinValue], draw.Between(1, 4))),
    };

    private static BucketFeature Buckets(Draw draw) => BucketFeature.Fit(Many(draw, () => draw.OneOf<double>(Numbers)).Append(0.1), draw.Between(1, 6));

    private static long Long(Draw draw) => draw.OneOf(long.MinValue, -86401, -1, 0, 86400, 1_234_567_890_123, long.MaxValue);

    private static T[] Many<T>(Draw draw, Func<T> one) => [.. Enumerable.Range(0, draw.Length(minimum: 0)).Select(_ => one())];

    private static void Check<TInput>(ISparseFeature<TInput> feature, TInput input)
    {
        object after = Copy(feature);
        Assert.Equal(feature.GetType(), after.GetType());
        Assert.Equal(feature.RowCount, ((ISparseFeature<TInput>)after).RowCount);
        Assert.Equal(Encoded.Ids(feature, input), Encoded.Ids((ISparseFeature<TInput>)after, input));
    }

    private static NumberFeature Check(NumberFeature feature, double input) => (NumberFeature)Check<double>(feature, input);

    private static FrozenVectorFeature<TKey> Check<TKey>(FrozenVectorFeature<TKey> feature, TKey input)
        where TKey : notnull, IEquatable<TKey> => (FrozenVectorFeature<TKey>)Check<TKey>((IDenseFeature<TKey>)feature, input);

    private static IDenseFeature<TInput> Check<TInput>(IDenseFeature<TInput> feature, TInput input)
    {
        var after = (IDenseFeature<TInput>)Copy(feature);
        Assert.Equal(feature.GetType(), after.GetType());
        Assert.Equal(feature.Width, after.Width);
        Assert.Equal(Encoded.Numbers(feature, input).Select(BitConverter.SingleToInt32Bits), Encoded.Numbers(after, input).Select(BitConverter.SingleToInt32Bits));
        return after;
    }

    private static object Copy(object feature)
    {
        var store = new MemoryStore();
        object after = new object();
        Encoded.UnderCulture("tr-TR", () => after = store.Read(store.Write(feature)));
        return after;
    }
}
