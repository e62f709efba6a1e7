namespace ManagedRetrieval.Features;

/// <summary>One id per time: the hour of the day, the day of the week, or the hour of the week.</summary>
/// <remarks>
/// Weeks begin on Monday. There is no time zone but a fixed offset from UTC, hence no daylight saving. Any long is a
/// time, before 1970 too. Immutable and safe for several threads.
/// </remarks>
public sealed class TimeBucketFeature : ISparseFeature<long>
{
    private readonly WeekClock _clock;

    /// <summary>A feature of times.</summary>
    /// <param name="buckets">What part of a time becomes the id.</param>
    /// <param name="unit">What times count.</param>
    /// <param name="offsetMinutes">How far local clocks are ahead of UTC, from −840 to 840.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public TimeBucketFeature(TimeBuckets buckets = TimeBuckets.HourOfWeek, TimeUnit unit = TimeUnit.Seconds, int offsetMinutes = 0)
    {
        RowCount = buckets switch
        {
            TimeBuckets.HourOfDay => 24,
            TimeBuckets.DayOfWeek => 7,
            TimeBuckets.HourOfWeek => 168,
            _ => throw new ArgumentOutOfRangeException(nameof(buckets), buckets, "buckets must be HourOfDay, DayOfWeek or HourOfWeek."),
        };
        _clock = new WeekClock(unit, offsetMinutes);
        Buckets = buckets;
    }

    /// <summary>What part of a time becomes the id.</summary>
    public TimeBuckets Buckets { get; }

    /// <summary>What times count.</summary>
    public TimeUnit Unit => _clock.Unit;

    /// <summary>How far local clocks are ahead of UTC.</summary>
    public int OffsetMinutes => _clock.OffsetMinutes;

    /// <summary>24, 7 or 168.</summary>
    public int RowCount { get; }

    /// <summary>Appends a row with the one id of <paramref name="input"/>.</summary>
    /// <inheritdoc/>
    public void Encode(long input, RaggedIds destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        long time = _clock.Of(input);
        int id = (int)(Buckets switch
        {
            TimeBuckets.HourOfDay => time % _clock.Day / _clock.Hour,
            TimeBuckets.DayOfWeek => time / _clock.Day,
            _ => time / _clock.Hour,
        });
        destination.AppendRow(new ReadOnlySpan<int>(in id));
    }
}
