namespace ManagedRetrieval.Features;

/// <summary>What a time counts, from the beginning of 1970 in UTC on.</summary>
public enum TimeUnit
{
    /// <summary>Unix seconds.</summary>
    Seconds,

    /// <summary>Unix milliseconds, which dates in files become.</summary>
    Milliseconds,
}
