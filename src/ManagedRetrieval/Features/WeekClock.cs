namespace ManagedRetrieval.Features;

/// <summary>Tells where in its week a time lies; weeks begin on Monday.</summary>
/// <remarks>Whole numbers throughout: right for times before 1970 and to both ends of long.</remarks>
internal readonly struct WeekClock
{
    // Offsets from UTC lie within 14 hours.
    internal const int LargestOffset = 14 * 60;

    // 1 January 1970 was a Thursday.
    private const int DaysFromMonday = 3;

    private readonly int _perSecond;

    /// <exception cref="ArgumentOutOfRangeException">The unit is none, or the offset is more than 14 hours.</exception>
    public WeekClock(TimeUnit unit, int offsetMinutes)
    {
        _perSecond = unit switch
        {
            TimeUnit.Seconds => 1,
            TimeUnit.Milliseconds => 1000,
            _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "unit must be Seconds or Milliseconds."),
        };
        if (offsetMinutes is < -LargestOffset or > LargestOffset)
        {
            throw new ArgumentOutOfRangeException(nameof(offsetMinutes), offsetMinutes, "An offset from UTC lies within 14 hours, 840 minutes.");
        }

        (Unit, OffsetMinutes) = (unit, offsetMinutes);
    }

    public TimeUnit Unit { get; }

    public int OffsetMinutes { get; }

    /// <summary>Units of one day.</summary>
    public long Day => 24 * Hour;

    /// <summary>Units of one hour.</summary>
    public long Hour => 3600L * _perSecond;

    /// <summary>Units of one week.</summary>
    public long Week => 7 * Day;

    /// <summary>Units since Monday, 0:00, in [0, <see cref="Week"/>).</summary>
    public long Of(long time)
    {
        // Reduced before it is shifted: at the ends of long, shifting would overflow.
        long shifted = (time % Week) + (DaysFromMonday * Day) + (OffsetMinutes * 60L * _perSecond);
        return ((shifted % Week) + Week) % Week;
    }
}
