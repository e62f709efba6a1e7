using System.Diagnostics.CodeAnalysis;
using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Indexing;

[SuppressMessage("Reliability", "CA1001", Justification = "The semaphore holds nothing to dispose of, since nobody asks for its handle.")]
public sealed partial class LiveIndex<TId>
{
    /// <summary>Changes that no compaction is started for: as many rows are scored in the time of a few dozen µs.</summary>
    private const int FewChanges = 1024;

    /// <summary>Lets one compaction run at a time.</summary>
    private readonly SemaphoreSlim _compacting = new(1, 1);
    private Task? _automatic;

    /// <summary>The compaction that was started by <see cref="LiveIndexOptions{TId}.CompactAt"/> last, running or ended; null where there is none.</summary>
    /// <remarks>One that fails is not repeated before <see cref="Compact"/> or <see cref="CompactAsync"/> succeeds.</remarks>
    public Task? AutomaticCompaction => Volatile.Read(ref _automatic);

    /// <summary>Builds the fixed index anew from the candidates that there are, on the calling thread, while others search and write.</summary>
    /// <remarks>
    /// What is written meanwhile is carried over to the new index. One that is cancelled or fails changes nothing. A second one waits for the first, and
    /// then for what was changed since. It must not be called by what it calls itself: the builder, or what keeps the candidates.
    /// </remarks>
    /// <param name="progress">Told while candidates are read.</param>
    /// <param name="cancellationToken">Stops reading, and is handed to the builder.</param>
    /// <returns>Whether there was anything to do.</returns>
    /// <exception cref="InvalidOperationException">What was kept or built is null, or does not have the candidates that it was given.</exception>
    /// <exception cref="InvalidDataException">The builder returns an index of this library that does not take a candidate; the message names it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public bool Compact(IProgress<CompactionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        _compacting.Wait(cancellationToken);
        try
        {
            return BuildAnew(progress, cancellationToken);
        }
        finally
        {
            _compacting.Release();
        }
    }

    /// <summary>The same on the thread pool.</summary>
    /// <inheritdoc cref="Compact"/>
    public async Task<bool> CompactAsync(IProgress<CompactionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await _compacting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => BuildAnew(progress, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _compacting.Release();
        }
    }

    private static TensorCandidates<TId> Copy(LiveCandidates<TId> candidates, CancellationToken cancellationToken)
    {
        (Tensor<float> embeddings, TId[] identifiers) = CandidateReader.Copy(candidates, cancellationToken);
        return new TensorCandidates<TId>(embeddings, identifiers, checkWhenRead: true);
    }

    private bool BuildAnew(IProgress<CompactionProgress>? progress, CancellationToken cancellationToken)
    {
        LiveSnapshot<TId> before = Snapshot();
        if (before.Changes == 0)
        {
            return false;
        }

        LiveBase<TId>? built = before.Count == 0 ? null : Build(before, progress, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            Volatile.Write(ref _current, LiveRebase.Run(before, _current, built));
            TakeNoMoreThan(built?.Index.GreatestMagnitude ?? float.NaN);
            if (_automatic is { IsCompleted: true })
            {
                Volatile.Write(ref _automatic, null);
            }
        }

        return true;
    }

    private LiveBase<TId> Build(LiveSnapshot<TId> snapshot, IProgress<CompactionProgress>? progress, CancellationToken cancellationToken)
    {
        var alive = new LiveCandidates<TId>(snapshot, progress, cancellationToken);
        ICandidateSource<TId> kept = _options.Keep is { } keep
            ? keep(alive, cancellationToken) ?? throw new InvalidOperationException("Keep returned null, expected the candidates that it was given.")
            : Copy(alive, cancellationToken);
        TopKIndex<TId> index = Built(_build(kept, cancellationToken));
        if (kept.Count != alive.Count || index.Count != alive.Count || index.Dimensions != Dimensions || kept.Dimensions != Dimensions || index.Similarity != Similarity)
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"A compaction of {alive.Count} candidates with {Dimensions} dimensions was kept as {kept.Count} with {kept.Dimensions} and built as {index.Count} with {index.Dimensions}; the similarity is {Similarity}, and that of the new index {index.Similarity}."));
        }

        // The identifiers of a mapped index are looked at under a hold, not asked for, so that disposing it ends its mapping.
        using MappedHold hold = index.Hold();
        int row = 0;
        foreach (TId identifier in alive.Identifiers())
        {
            if (!EqualityComparer<TId>.Default.Equals(index.RowIdentifiers[row], identifier))
            {
                throw new InvalidOperationException(FormattableString.Invariant(
                    $"A compaction built row {row} of '{index.RowIdentifiers[row]}', expected '{identifier}': the rows must stay in the order of the source."));
            }

            row++;
        }

        // Made here, so that no writer has to wait for it.
        _ = index.RowsByIdentifier;
        return new LiveBase<TId>(index, kept);
    }

    private void CompactIfDue(LiveSnapshot<TId> latest)
    {
        if (_options.CompactAt is { } share && latest.Changes > Math.Max(FewChanges, share * latest.FixedCount) && _automatic is null or { IsCompletedSuccessfully: true })
        {
            Volatile.Write(ref _automatic, CompactAsync());
        }
    }
}
