namespace ManagedRetrieval.Features;

/// <summary>What part of a time becomes an id.</summary>
public enum TimeBuckets
{
    /// <summary>0 to 23.</summary>
    HourOfDay,

    /// <summary>0 for Monday to 6 for Sunday.</summary>
    DayOfWeek,

    /// <summary>0 to 167: 24 · day + hour.</summary>
    HourOfWeek,
}
