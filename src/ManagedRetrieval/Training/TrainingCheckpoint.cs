using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Training;

/// <summary>A checkpoint that a run saved, read and verified: see <see cref="Trainer.Resume"/>.</summary>
/// <remarks>
/// It is a safetensors file with checksums: parameters as <c>parameter/name</c>, the best epoch's as <c>best/name</c>, the optimizer's state as
/// <c>optimizer/…</c>, and what the run itself keeps. A damaged file is refused when it is read.
/// </remarks>
public sealed class TrainingCheckpoint
{
    private TrainingCheckpoint(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(CheckpointNames.FormatKey, out string? format) || format != CheckpointNames.Format)
        {
            throw SnapshotFormatException.In(file.Source, "is no training checkpoint.");
        }

        string version = file.GetMetadata(CheckpointNames.VersionKey);
        if (version != CheckpointNames.Version)
        {
            throw SnapshotFormatException.In(file.Source, $"is a checkpoint of version {version}, expected {CheckpointNames.Version}.");
        }

        File = file;
        RunState state = new CheckpointReader(file).State();
        (Epochs, Steps, Elapsed, IsWithinEpoch) = (state.Results, state.Steps, state.Elapsed, state.Position > 0);
    }

    /// <summary>The epochs that are done.</summary>
    public IReadOnlyList<EpochResult> Epochs { get; }

    /// <summary>The steps that are done.</summary>
    public long Steps { get; }

    /// <summary>The time that the run had taken.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>Whether the epoch after the last one of <see cref="Epochs"/> was begun.</summary>
    public bool IsWithinEpoch { get; }

    internal SafetensorsFile File { get; }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="SnapshotFormatException">The file is damaged, or no checkpoint.</exception>
    /// <exception cref="IOException">The system could not read the file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static TrainingCheckpoint Load(string path) => new(SafetensorsFile.Load(path));

    /// <summary>Reads a checkpoint, as <see cref="Load"/> does.</summary>
    /// <exception cref="SnapshotFormatException">The file is damaged, or no checkpoint.</exception>
    /// <exception cref="IOException">The system could not read the file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<TrainingCheckpoint> LoadAsync(string path, CancellationToken cancellationToken = default) =>
        new(await SafetensorsFile.LoadAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false));
}
