using System.Text.Json;

namespace ManagedRetrieval.Features;

/// <summary>Writes and restores features of times.</summary>
/// <remarks>
/// <c>{"type":"time","cycles":"day|week|day_and_week","unit":"seconds|milliseconds","offset_minutes":…}</c> and
/// <c>{"type":"time_bucket","buckets":"hour_of_day|day_of_week|hour_of_week","unit":…,"offset_minutes":…}</c>.
/// </remarks>
internal static class TimeFeatureCodec
{
    public const string Time = "time", TimeBucket = "time_bucket";

    private static readonly string[] Cycles = ["day", "week", "day_and_week"];
    private static readonly string[] Buckets = ["hour_of_day", "day_of_week", "hour_of_week"];
    private static readonly string[] Units = ["seconds", "milliseconds"];

    /// <summary>False where the feature is not of this family; nothing is written then.</summary>
    public static bool TryWrite(Utf8JsonWriter json, object feature)
    {
        switch (feature)
        {
            case TimeFeature time:
                json.WriteStartObject();
                json.WriteString("type", Time);
                json.WriteString("cycles", Cycles[(int)time.Cycles]);
                WriteClock(json, time.Unit, time.OffsetMinutes);
                break;
            case TimeBucketFeature time:
                json.WriteStartObject();
                json.WriteString("type", TimeBucket);
                json.WriteString("buckets", Buckets[(int)time.Buckets]);
                WriteClock(json, time.Unit, time.OffsetMinutes);
                break;
            default:
                return false;
        }

        json.WriteEndObject();
        return true;
    }

    public static object Read(string type, DescriptionProperties properties)
    {
        string part = type == Time ? "cycles" : "buckets";
        properties.AllowOnly("type", part, "unit", "offset_minutes");
        string[] parts = type == Time ? Cycles : Buckets;
        int chosen = Array.IndexOf(parts, properties.GetString(part, parts));
        var unit = (TimeUnit)Array.IndexOf(Units, properties.GetString("unit", Units));
        int offset = properties.GetInt("offset_minutes", -WeekClock.LargestOffset, WeekClock.LargestOffset);
        return type == Time ? new TimeFeature((TimeCycles)chosen, unit, offset) : new TimeBucketFeature((TimeBuckets)chosen, unit, offset);
    }

    private static void WriteClock(Utf8JsonWriter json, TimeUnit unit, int offsetMinutes)
    {
        json.WriteString("unit", Units[(int)unit]);
        json.WriteNumber("offset_minutes", offsetMinutes);
    }
}
