namespace ManagedRetrieval.Optimizers;

/// <summary>See <see cref="LearningRateSchedule.StepDecay"/>.</summary>
internal sealed class StepDecaySchedule : LearningRateSchedule
{
    private readonly int _every;
    private readonly double _factor;

    public StepDecaySchedule(int every, double factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        if (!(factor > 0 && factor <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "factor must lie in (0, 1].");
        }

        (_every, _factor) = (every, factor);
    }

    /// <inheritdoc/>
    public override double Factor(int stepNumber) => Math.Pow(_factor, (stepNumber - 1) / _every);
}
