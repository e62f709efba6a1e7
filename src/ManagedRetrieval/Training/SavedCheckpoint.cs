namespace ManagedRetrieval.Training;

/// <summary>A checkpoint that was saved.</summary>
/// <param name="Path">The file.</param>
/// <param name="Epochs">The epochs that are done in it.</param>
/// <param name="Steps">The steps that are done in it.</param>
public readonly record struct SavedCheckpoint(string Path, int Epochs, long Steps);
