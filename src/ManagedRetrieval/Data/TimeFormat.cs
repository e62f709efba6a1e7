namespace ManagedRetrieval.Data;

/// <summary>How times are written.</summary>
public enum TimeFormat
{
    /// <summary>As whole numbers of any unit, such as Unix seconds, which are kept as they are.</summary>
    Number,

    /// <summary>As dates with or without a time of day, such as "2018-09-26 17:03:05"; they become Unix milliseconds. UTC where no zone is given.</summary>
    Date,
}
