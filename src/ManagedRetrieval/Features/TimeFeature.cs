namespace ManagedRetrieval.Features;

/// <summary>Sine and cosine of the time of day and of the time of week, so that times which follow one another are close, across midnight too.</summary>
/// <remarks>
/// With f in [0, 1) the part of the day or week that is over, sin 2πf and cos 2πf: of the day, of the week from Monday
/// on, or of both, in this order. There is no time zone but a fixed offset from UTC, hence no daylight saving. Any long
/// is a time, before 1970 too. Immutable and safe for several threads.
/// </remarks>
public sealed class TimeFeature : IDenseFeature<long>
{
    private readonly WeekClock _clock;

    /// <summary>A feature of times.</summary>
    /// <param name="cycles">The day, the week, or both.</param>
    /// <param name="unit">What times count.</param>
    /// <param name="offsetMinutes">How far local clocks are ahead of UTC, from −840 to 840.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public TimeFeature(TimeCycles cycles = TimeCycles.DayAndWeek, TimeUnit unit = TimeUnit.Seconds, int offsetMinutes = 0)
    {
        if (cycles is not (TimeCycles.Day or TimeCycles.Week or TimeCycles.DayAndWeek))
        {
            throw new ArgumentOutOfRangeException(nameof(cycles), cycles, "cycles must be Day, Week or DayAndWeek.");
        }

        _clock = new WeekClock(unit, offsetMinutes);
        Cycles = cycles;
    }

    /// <summary>The day, the week, or both.</summary>
    public TimeCycles Cycles { get; }

    /// <summary>What times count.</summary>
    public TimeUnit Unit => _clock.Unit;

    /// <summary>How far local clocks are ahead of UTC.</summary>
    public int OffsetMinutes => _clock.OffsetMinutes;

    /// <summary>Two numbers for each cycle.</summary>
    public int Width => Cycles == TimeCycles.DayAndWeek ? 4 : 2;

    /// <inheritdoc/>
    public void Encode(long input, Span<float> destination)
    {
        DenseDestination.Check(destination, Width);
        long time = _clock.Of(input);
        if (Cycles != TimeCycles.Week)
        {
            Write(time % _clock.Day, _clock.Day, destination);
        }

        if (Cycles != TimeCycles.Day)
        {
            Write(time, _clock.Week, destination[^2..]);
        }
    }

    private static void Write(long part, long whole, Span<float> destination)
    {
        (double sine, double cosine) = double.SinCosPi(2.0 * part / whole);
        (destination[0], destination[1]) = ((float)sine, (float)cosine);
    }
}
