namespace ManagedRetrieval.Optimizers;

/// <summary>See <see cref="LearningRateSchedule.InverseSquareRoot"/>.</summary>
internal sealed class InverseSquareRootSchedule : LearningRateSchedule
{
    private readonly int _steps;

    public InverseSquareRootSchedule(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        _steps = steps;
    }

    /// <inheritdoc/>
    public override double Factor(int stepNumber) => Math.Sqrt(_steps / (_steps + stepNumber - 1.0));
}
