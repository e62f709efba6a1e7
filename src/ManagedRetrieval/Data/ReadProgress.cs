namespace ManagedRetrieval.Data;

/// <summary>How far reading has come.</summary>
/// <param name="Rows">Rows read so far, without those left out.</param>
/// <param name="SkippedRows">Rows left out so far.</param>
/// <param name="Bytes">Bytes read so far.</param>
/// <param name="TotalBytes">The bytes of the whole source; null where they are not known.</param>
public readonly record struct ReadProgress(long Rows, long SkippedRows, long Bytes, long? TotalBytes);
