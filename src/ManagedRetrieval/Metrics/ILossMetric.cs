namespace ManagedRetrieval.Metrics;

/// <summary>Summarises the losses of an epoch's examples, batch by batch.</summary>
/// <remarks>One thread at a time.</remarks>
public interface ILossMetric
{
    /// <summary>What the figure is called in reports.</summary>
    string Name { get; }

    /// <summary>The figure over everything since the last <see cref="Reset"/>; NaN where nothing came.</summary>
    double Result { get; }

    /// <summary>Takes in a batch.</summary>
    /// <param name="losses">One loss per example, without its weight.</param>
    /// <param name="weights">One weight per example; empty weighs all alike.</param>
    /// <exception cref="ArgumentException">There are weights, but not one for each loss.</exception>
    void Update(ReadOnlySpan<double> losses, ReadOnlySpan<double> weights);

    /// <summary>Starts anew.</summary>
    void Reset();
}
