namespace ManagedRetrieval.Cli.Reports;

/// <summary>An op, or another part of a training step.</summary>
/// <param name="Name">Which.</param>
/// <param name="ForwardMilliseconds">Its time forward, a step.</param>
/// <param name="BackwardMilliseconds">Its time backward, a step; 0 where it has none.</param>
/// <param name="Share">Of the whole step, from 0 to 1.</param>
internal sealed record StepPart(string Name, double ForwardMilliseconds, double BackwardMilliseconds, double Share);
