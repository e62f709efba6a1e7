namespace ManagedRetrieval.Training;

/// <summary>Where a training run stands after a step.</summary>
/// <param name="Epoch">The epoch of this call, from 1.</param>
/// <param name="Epochs">The number of epochs.</param>
/// <param name="Pairs">Pairs seen so far, over all epochs.</param>
/// <param name="TotalPairs">Pairs to see, over all epochs.</param>
/// <param name="Loss">The weighted mean loss of the epoch so far; 0 while all pairs seen weigh 0.</param>
/// <param name="Elapsed">Time since the start.</param>
public readonly record struct TrainingProgress(int Epoch, int Epochs, long Pairs, long TotalPairs, double Loss, TimeSpan Elapsed)
{
    /// <summary>Pairs a second so far.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Pairs / Elapsed.TotalSeconds : 0;

    /// <summary>The time that the rest will take at this rate; at most <see cref="TimeSpan.MaxValue"/>.</summary>
    public TimeSpan Remaining
    {
        get
        {
            double ticks = Pairs > 0 ? Elapsed.Ticks * ((double)(TotalPairs - Pairs) / Pairs) : 0;
            return ticks < TimeSpan.MaxValue.Ticks ? TimeSpan.FromTicks((long)ticks) : TimeSpan.MaxValue;
        }
    }
}
