using System.Globalization;
using ManagedRetrieval.Evaluation;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What the doctor found after an epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Report">The figures.</param>
/// <param name="Cost">The time that the doctor took.</param>
/// <param name="EpochTime">The time of the whole epoch, with the looks at the model.</param>
internal sealed record EpochHealth(int Epoch, DoctorReport Report, TimeSpan Cost, TimeSpan EpochTime)
{
    /// <summary>What the figures are called, in their order.</summary>
    public static IReadOnlyList<string> Titles => ["rank", "norms", "ties", "coverage", "masked", "doctor"];

    /// <summary>The part of the epoch's time that the doctor took.</summary>
    public double Share => Cost / EpochTime;

    /// <summary>The figures for people to read.</summary>
    public IReadOnlyList<string> Figures =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{Report.Candidates.EffectiveRank:f1}/{Report.Candidates.Dimensions}"),
        string.Create(CultureInfo.InvariantCulture, $"{Report.Candidates.NormLow:g2}-{Report.Candidates.NormHigh:g2}"),
        string.Create(CultureInfo.InvariantCulture, $"{100 * Report.TieRate:f1} %"),
        string.Create(CultureInfo.InvariantCulture, $"{100 * Report.Coverage:f1} %"),
        string.Create(CultureInfo.InvariantCulture, $"{100 * Report.MaskedShare:f1} %"),
        string.Create(CultureInfo.InvariantCulture, $"{Cost.TotalMilliseconds:f0} ms ({100 * Share:f1} %)"),
    ];
}
