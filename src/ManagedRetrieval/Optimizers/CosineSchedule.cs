namespace ManagedRetrieval.Optimizers;

/// <summary>See <see cref="LearningRateSchedule.Cosine"/>.</summary>
internal sealed class CosineSchedule : LearningRateSchedule
{
    private readonly int _steps;
    private readonly double _floor;

    public CosineSchedule(int steps, double floor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (!(floor >= 0 && floor <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(floor), floor, "floor must lie in [0, 1].");
        }

        (_steps, _floor) = (steps, floor);
    }

    /// <inheritdoc/>
    public override double Factor(int stepNumber) => stepNumber - 1 >= _steps
        ? _floor
        : _floor + ((1 - _floor) * (1 + Math.Cos(Math.PI * (stepNumber - 1) / _steps)) / 2);
}
