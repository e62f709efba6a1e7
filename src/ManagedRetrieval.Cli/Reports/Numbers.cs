using System.Globalization;
using ManagedRetrieval.Metrics;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>Figures as text.</summary>
internal static class Numbers
{
    private const string None = "–";

    /// <summary>Four digits or so; a dash where there is no figure.</summary>
    public static string Figure(double? value) => value is not { } number || double.IsNaN(number) ? None : Minus(Math.Abs(number) switch
    {
        0 => "0",
        < 1e-6 or double.PositiveInfinity => number.ToString("g3", CultureInfo.InvariantCulture),
        < 1e-3 => number.ToString("f6", CultureInfo.InvariantCulture),
        < 1 => number.ToString("f4", CultureInfo.InvariantCulture),
        < 10 => number.ToString("f3", CultureInfo.InvariantCulture),
        < 100 => number.ToString("f2", CultureInfo.InvariantCulture),
        < 1000 => number.ToString("f1", CultureInfo.InvariantCulture),
        _ => number.ToString("n0", CultureInfo.InvariantCulture),
    });

    public static string Count(long value) => Minus(value.ToString("n0", CultureInfo.InvariantCulture));

    /// <summary>A share in percent, such as 12.3 %.</summary>
    public static string Percent(double share) => double.IsNaN(share) ? None : Minus((100 * share).ToString(Math.Abs(share) < 0.9995 ? "f1" : "f0", CultureInfo.InvariantCulture)) + "\u00a0%";

    /// <summary>The level of an interval, such as 95 %.</summary>
    public static string Level(double level) => (100 * level).ToString("g4", CultureInfo.InvariantCulture) + "\u00a0%";

    /// <summary>A number beside an axis.</summary>
    public static string Tick(double value) => Minus(value.ToString(Math.Abs(value) >= 1e4 && Math.Abs(value) < 1e7 ? "n0" : "g6", CultureInfo.InvariantCulture));

    /// <summary>The ends of an interval in words; empty where there are none.</summary>
    public static string Ends(ConfidenceInterval interval) =>
        double.IsNaN(interval.Low) || double.IsNaN(interval.High) ? "" : $"{Figure(interval.Low)} to {Figure(interval.High)}";

    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:f1} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:n0} h {time.Minutes} min"),
    };

    private static string Minus(string text) => text.Replace('-', '\u2212');
}
