using ManagedRetrieval.Evaluation;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>What the doctor found after an epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Report">The figures.</param>
/// <param name="Cost">The time that the doctor took.</param>
internal sealed record EpochHealth(int Epoch, DoctorReport Report, TimeSpan Cost);
