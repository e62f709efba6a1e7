namespace ManagedRetrieval.Optimizers;

/// <summary>See <see cref="LearningRateSchedule.WarmUp"/>.</summary>
internal sealed class WarmUpSchedule : LearningRateSchedule
{
    private readonly int _steps;
    private readonly LearningRateSchedule _then;

    public WarmUpSchedule(int steps, LearningRateSchedule then)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        (_steps, _then) = (steps, then);
    }

    /// <inheritdoc/>
    public override double Factor(int stepNumber) => stepNumber <= _steps ? (double)stepNumber / _steps : _then.Factor(stepNumber - _steps);
}
