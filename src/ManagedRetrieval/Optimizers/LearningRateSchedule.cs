namespace ManagedRetrieval.Optimizers;

/// <summary>How the learning rate changes from step to step: a factor on <see cref="Optimizer{T}.LearningRate"/>.</summary>
/// <remarks>
/// The factor depends on the number of the step alone, so training that goes on later meets the same rates. Every schedule
/// here but the warm-up begins with the factor 1. Derive a type for one of your own.
/// </remarks>
public abstract class LearningRateSchedule
{
    /// <summary>The factor 1 in every step.</summary>
    public static LearningRateSchedule Constant { get; } = new ConstantSchedule();

    /// <summary>A linear warm-up, and what follows it: t / <paramref name="steps"/> as long as t ≤ <paramref name="steps"/>.</summary>
    /// <param name="steps">The number of steps, at least 1; the last one has the factor 1.</param>
    /// <param name="then">What follows; it counts its steps from the end of the warm-up. Null stays at 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is less than 1.</exception>
    public static LearningRateSchedule WarmUp(int steps, LearningRateSchedule? then = null) => new WarmUpSchedule(steps, then ?? Constant);

    /// <summary>Steps down: <paramref name="factor"/> to the power ⌊(t − 1) / <paramref name="every"/>⌋.</summary>
    /// <param name="every">For how many steps the rate stays the same, at least 1.</param>
    /// <param name="factor">What it is multiplied by then, in (0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static LearningRateSchedule StepDecay(int every, double factor) => new StepDecaySchedule(every, factor);

    /// <summary>
    /// Half a cosine from 1 down to <paramref name="floor"/>: floor + (1 − floor) · (1 + cos(π · p)) / 2, with
    /// p = min(1, (t − 1) / <paramref name="steps"/>) (Loshchilov and Hutter, ICLR 2017, equation 5, without restarts).
    /// </summary>
    /// <param name="steps">How long the way down is, at least 1; the factor stays at the floor after it.</param>
    /// <param name="floor">The last factor, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static LearningRateSchedule Cosine(int steps, double floor = 0) => new CosineSchedule(steps, floor);

    /// <summary>
    /// √(n / (n + t − 1)), n being <paramref name="steps"/>: after a warm-up of n steps it is the schedule of Vaswani et al.,
    /// NIPS 2017, equation 3, one step later.
    /// </summary>
    /// <param name="steps">n, at least 1: after 3n more steps the factor is a half.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is less than 1.</exception>
    public static LearningRateSchedule InverseSquareRoot(int steps) => new InverseSquareRootSchedule(steps);

    /// <summary>The factor of a step: finite and not negative.</summary>
    /// <param name="stepNumber">t, the number of the step: 1, 2, …</param>
    public abstract double Factor(int stepNumber);
}
