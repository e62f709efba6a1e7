using System.Globalization;

namespace ManagedRetrieval.Cli.Output;

/// <summary>Numbers of things, for people.</summary>
internal static class Counted
{
    /// <summary>Such as "1 row" or "1,024 rows".</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">What one of them is called.</param>
    /// <param name="many">What several or none are called; null for <paramref name="one"/> with an s.</param>
    public static string Of(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:n0} {(count == 1 ? one : many ?? one + "s")}");
}
