namespace ManagedRetrieval.Training;

/// <summary>What one step came to.</summary>
/// <param name="Step">The number of the step in its run, from 1.</param>
/// <param name="Epoch">Its epoch, from 1.</param>
/// <param name="Pairs">Its pairs.</param>
/// <param name="Loss">Σ w · l / Σ w over its pairs, under the parameters before it; 0 where all weigh 0.</param>
/// <param name="LearningRate">The optimizer's rate in it.</param>
/// <param name="GradientNorm">The norm of its gradient before it was clipped, where the optimizer measures it.</param>
/// <param name="Elapsed">Time since the start of training.</param>
public readonly record struct StepResult(long Step, int Epoch, int Pairs, double Loss, double LearningRate, double? GradientNorm, TimeSpan Elapsed);
