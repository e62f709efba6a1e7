namespace ManagedRetrieval.Metrics;

/// <summary>A loss metric that a checkpoint within an epoch can hold.</summary>
public interface ILossMetricState : ILossMetric
{
    /// <summary>All that it keeps since the last <see cref="ILossMetric.Reset"/>, as numbers of its own choice.</summary>
    IReadOnlyList<double> SaveState();

    /// <summary>Goes on from what <see cref="SaveState"/> gave, with the same bits.</summary>
    /// <exception cref="ArgumentException">It gave something else; nothing is changed then.</exception>
    void RestoreState(IReadOnlyList<double> state);
}
