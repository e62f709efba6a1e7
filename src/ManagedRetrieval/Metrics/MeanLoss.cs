using ManagedRetrieval.Checks;

namespace ManagedRetrieval.Metrics;

/// <summary>The weighted mean of the losses over an epoch, Σ w·l / Σ w.</summary>
/// <param name="name">What the figure is called in reports.</param>
public sealed class MeanLoss(string name = "loss") : ILossMetricState
{
    private double _sum;
    private double _weight;

    /// <inheritdoc/>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Σ w·l / Σ w; NaN where nothing came, or nothing with a weight.</summary>
    public double Result => _sum / _weight;

    /// <inheritdoc/>
    public void Update(ReadOnlySpan<double> losses, ReadOnlySpan<double> weights)
    {
        if (!weights.IsEmpty && weights.Length != losses.Length)
        {
            throw Argument.OtherCount(nameof(weights), weights.Length, losses.Length, "losses");
        }

        for (int i = 0; i < losses.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i];
            _sum += weight * losses[i];
            _weight += weight;
        }
    }

    /// <inheritdoc/>
    public void Reset() => (_sum, _weight) = (0, 0);

    /// <inheritdoc/>
    public IReadOnlyList<double> SaveState() => [_sum, _weight];

    /// <inheritdoc/>
    public void RestoreState(IReadOnlyList<double> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        (_sum, _weight) = state.Count == 2
            ? (state[0], state[1])
            : throw new ArgumentException(FormattableString.Invariant($"state must be two numbers, not {state.Count}."), nameof(state));
    }
}
