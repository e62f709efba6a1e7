namespace ManagedRetrieval.Data;

/// <summary>A file of data is damaged, foreign, or does not hold what was asked of it.</summary>
/// <remarks>
/// The message names the file, the place in it, what came and what was expected. Failures of the disk itself stay the
/// <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> that the system raised.
/// </remarks>
public sealed class DataFormatException : IOException
{
    // A value from a damaged file can be as long as the file; a message must stay readable.
    private const int LongestQuote = 80;
    private const int MostNames = 30;

    /// <summary>Creates the exception with a general message.</summary>
    public DataFormatException()
        : base("The data is not valid.")
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public DataFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the failure it stems from.</summary>
    public DataFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception for a place in a file.</summary>
    /// <param name="source">The file's name.</param>
    /// <param name="place">Where in the file, such as "line 7"; null for the file as a whole.</param>
    /// <param name="problem">What came and what was expected.</param>
    /// <param name="isOneRow">Whether only this row is bad, so that reading could go on behind it.</param>
    /// <param name="innerException">The failure it stems from.</param>
    public DataFormatException(string source, string? place, string problem, bool isOneRow, Exception? innerException = null)
        : base(place is null ? $"'{source}': {problem}" : $"'{source}', {place}: {problem}", innerException) =>
        IsOneRow = isOneRow;

    /// <summary>Whether only one row is bad, so that reading could go on behind it.</summary>
    public bool IsOneRow { get; }

    /// <summary>The column that the source does not have; null where that is not what is wrong.</summary>
    internal string? MissingColumn { get; init; }

    /// <summary>Text for a message: in quotes, cut where it is long, without line breaks.</summary>
    internal static string Quote(ReadOnlySpan<char> text)
    {
        string cut = text.Length <= LongestQuote ? text.ToString() : string.Concat(text[..LongestQuote], "…");
        return $"'{cut.ReplaceLineEndings("⏎")}'";
    }

    /// <summary>Names for a message: in quotes, cut where there are many.</summary>
    internal static string List(IReadOnlyCollection<string> names) => names.Count switch
    {
        0 => "none",
        <= MostNames => string.Join(", ", names.Select(name => Quote(name))),
        _ => FormattableString.Invariant($"{string.Join(", ", names.Take(MostNames).Select(name => Quote(name)))} and {names.Count - MostNames} more"),
    };
}
