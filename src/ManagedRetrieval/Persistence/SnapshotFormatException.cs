namespace ManagedRetrieval.Persistence;

/// <summary>A snapshot file is damaged, foreign, or does not hold what was asked of it.</summary>
/// <remarks>
/// The message names the file, the field or tensor, what came and what was expected. Failures of the disk itself stay
/// the <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> that the system raised.
/// </remarks>
public sealed class SnapshotFormatException : IOException
{
    /// <summary>Creates the exception with a general message.</summary>
    public SnapshotFormatException()
        : base("The snapshot file is not valid.")
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public SnapshotFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the failure it stems from.</summary>
    public SnapshotFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    // A name from a damaged file can be as long as the file; a message must stay readable.
    private const int LongestQuote = 120;

    internal static SnapshotFormatException In(string source, string problem) => new($"'{source}': {problem}");

    internal static SnapshotFormatException InTensor(string source, string name, string problem) =>
        new($"'{source}': tensor '{Shorten(name)}': {problem}");

    internal static string Shorten(string text) =>
        text.Length <= LongestQuote ? text : string.Concat(text.AsSpan(0, LongestQuote), "…");
}
