using System.Collections;

namespace ManagedRetrieval.Training;

/// <summary>What a run came to: the list of its epochs, and how it ended.</summary>
/// <remarks>A run that was resumed has all its epochs, those before the checkpoint among them.</remarks>
public sealed class TrainingResult : IReadOnlyList<EpochResult>
{
    private readonly IReadOnlyList<EpochResult> _epochs;

    internal TrainingResult(IReadOnlyList<EpochResult> epochs) => _epochs = epochs;

    /// <summary>Why the run ended.</summary>
    public StopReason StopReason { get; internal init; }

    /// <summary>The epoch, from 1, with the best validation metric, whose parameters the model has unless <see cref="Validation.RestoreBest"/> is off; null where nothing was validated.</summary>
    public int? BestEpoch { get; internal init; }

    /// <summary>The steps that were taken.</summary>
    public long Steps { get; internal init; }

    /// <summary>The time that the run took, with validation and checkpoints; of a resumed run with the time before the checkpoint.</summary>
    public TimeSpan Elapsed { get; internal init; }

    /// <summary>Where the time went, since the last start or resumption; null where <see cref="TrainingOptions.Profile"/> is off.</summary>
    public TrainingProfile? Profile { get; internal init; }

    /// <summary>The number of epochs; one that was cut short counts.</summary>
    public int Count => _epochs.Count;

    /// <summary>An epoch, the first under 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such epoch.</exception>
    public EpochResult this[int index] => _epochs[index];

    /// <inheritdoc/>
    public IEnumerator<EpochResult> GetEnumerator() => _epochs.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
