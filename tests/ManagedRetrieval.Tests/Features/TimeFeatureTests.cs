using System.Numerics;
using FsCheck;
using FsCheck.Xunit;
using ManagedRetrieval.Features;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Features;

public sealed class TimeFeatureTests
{
    private static readonly long[] Extremes =
        [long.MinValue, long.MinValue + 1, -62135596800, -62135596801, -1, 0, 1, 253402300799, 253402300800, long.MaxValue - 1, long.MaxValue];

    [Fact]
    public void Times_of_day_and_of_week_are_those_of_the_calendar() => RandomCases.Check(draw =>
    {
        // From year 2 to year 9998, so that no offset leaves the calendar.
        long seconds = (long)draw.Uniform(-62103974400, 253339228800);
        int offset = draw.Between(-840, 840);
        DateTimeOffset local = DateTimeOffset.FromUnixTimeSeconds(seconds).ToOffset(TimeSpan.FromMinutes(offset));
        double day = local.TimeOfDay.TotalSeconds / 86400;
        double week = (Weekday(local) + day) / 7;

        AssertClose(Circle(day).Concat(Circle(week)), Encoded.Numbers(new TimeFeature(offsetMinutes: offset), seconds));
        AssertClose(Circle(day), Encoded.Numbers(new TimeFeature(TimeCycles.Day, offsetMinutes: offset), seconds));
        AssertClose(Circle(week), Encoded.Numbers(new TimeFeature(TimeCycles.Week, TimeUnit.Milliseconds, offset), seconds * 1000));
        int hour = local.Hour;
        Assert.Equal(hour, Encoded.Id(new TimeBucketFeature(TimeBuckets.HourOfDay, offsetMinutes: offset), seconds));
        Assert.Equal(Weekday(local), Encoded.Id(new TimeBucketFeature(TimeBuckets.DayOfWeek, offsetMinutes: offset), seconds));
        Assert.Equal((24 * Weekday(local)) + hour, Encoded.Id(new TimeBucketFeature(TimeBuckets.HourOfWeek, offsetMinutes: offset), seconds));
        Assert.Equal(
            (24 * Weekday(local)) + hour,
            Encoded.Id(new TimeBucketFeature(TimeBuckets.HourOfWeek, TimeUnit.Milliseconds, offset), (seconds * 1000) + draw.Below(1000)));
    }, cases: 500);

    [Property]
    public void Any_long_is_a_time(long drawn, bool milliseconds, int minutes)
    {
        int offset = minutes % 841;
        TimeUnit unit = milliseconds ? TimeUnit.Milliseconds : TimeUnit.Seconds;
        int perSecond = milliseconds ? 1000 : 1;
        foreach (long time in (long[])[.. Extremes, drawn])
        {
            BigInteger week = 604800 * perSecond;
            BigInteger sinceMonday = (new BigInteger(time) + ((3 * 86400) + (offset * 60)) * (BigInteger)perSecond) % week;
            sinceMonday += sinceMonday < 0 ? week : 0;
            double part = (double)sinceMonday / (double)week;

            AssertClose(Circle(part * 7 % 1).Concat(Circle(part)), Encoded.Numbers(new TimeFeature(TimeCycles.DayAndWeek, unit, offset), time));
            Assert.Equal((int)(sinceMonday / (3600 * perSecond)), Encoded.Id(new TimeBucketFeature(TimeBuckets.HourOfWeek, unit, offset), time));
        }
    }

    [Fact]
    public void The_first_moment_of_a_monday_is_the_beginning_of_both_circles()
    {
        long monday = new DateTimeOffset(2024, 2, 26, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

        Assert.Equal([0, 1, 0, 1], Encoded.Numbers(new TimeFeature(), monday));
        Assert.Equal([0, -1], Encoded.Numbers(new TimeFeature(TimeCycles.Day), monday + (12 * 3600)));
        Assert.Equal([1, 0], Encoded.Numbers(new TimeFeature(TimeCycles.Day), monday + (6 * 3600)));
        Assert.Equal([0, 1, 0, 1], Encoded.Numbers(new TimeFeature(offsetMinutes: 90), monday - (90 * 60)));
        Assert.Equal(0, Encoded.Id(new TimeBucketFeature(), monday));
        Assert.Equal(167, Encoded.Id(new TimeBucketFeature(), monday - 1));
        Assert.Equal(6, Encoded.Id(new TimeBucketFeature(TimeBuckets.DayOfWeek), monday - 1));
    }

    [Fact]
    public void Neighbours_across_midnight_and_across_the_week_are_close()
    {
        long monday = new DateTimeOffset(1969, 12, 29, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        float[] before = Encoded.Numbers(new TimeFeature(), monday - 1);
        float[] after = Encoded.Numbers(new TimeFeature(), monday);

        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void A_destination_of_another_length_is_refused()
    {
        Encoded.RefusesOtherLengths(new TimeFeature(), 3L);
        Encoded.RefusesOtherLengths(new TimeFeature(TimeCycles.Week), 3L);
    }

    [Fact]
    public void Encoding_allocates_nothing()
    {
        var feature = new TimeFeature();
        var bucket = new TimeBucketFeature();
        float[] destination = new float[4];
        var rows = new RaggedIds();
        Assert.Equal(0, Allocated.ByOneOf(() =>
        {
            rows.Clear();
            feature.Encode(5, destination);
            bucket.Encode(5, rows);
        }));
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("cycles", () => new TimeFeature((TimeCycles)3));
        Assert.Throws<ArgumentOutOfRangeException>("buckets", () => new TimeBucketFeature((TimeBuckets)3));
        Assert.Throws<ArgumentOutOfRangeException>("unit", () => new TimeFeature(unit: (TimeUnit)2));
        Assert.Throws<ArgumentOutOfRangeException>("unit", () => new TimeBucketFeature(unit: (TimeUnit)(-1)));
        Assert.Throws<ArgumentOutOfRangeException>("offsetMinutes", () => new TimeFeature(offsetMinutes: 841));
        Assert.Throws<ArgumentOutOfRangeException>("offsetMinutes", () => new TimeBucketFeature(offsetMinutes: -841));
        Assert.Throws<ArgumentNullException>("destination", () => new TimeBucketFeature().Encode(0, null!));
    }

    private static int Weekday(DateTimeOffset time) => ((int)time.DayOfWeek + 6) % 7;

    private static IEnumerable<double> Circle(double part) => [Math.Sin(2 * Math.PI * part), Math.Cos(2 * Math.PI * part)];

    private static void AssertClose(IEnumerable<double> expected, float[] actual)
    {
        double[] all = [.. expected];
        Assert.Equal(all.Length, actual.Length);
        Assert.All(all.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
    }
}
