namespace ManagedRetrieval.Features;

/// <summary>Which circles a time is laid on.</summary>
public enum TimeCycles
{
    /// <summary>The day.</summary>
    Day,

    /// <summary>The week, from Monday on.</summary>
    Week,

    /// <summary>The day, then the week.</summary>
    DayAndWeek,
}
