namespace ManagedRetrieval.Optimizers;

/// <summary>See <see cref="LearningRateSchedule.Constant"/>.</summary>
internal sealed class ConstantSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override double Factor(int stepNumber) => 1;
}
