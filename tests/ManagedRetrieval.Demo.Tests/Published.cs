using System.Runtime.CompilerServices;

namespace ManagedRetrieval.Demo.Tests;

/// <summary>Where the published page and a browser are.</summary>
internal static class Published
{
    /// <summary>The output folder of the checkout.</summary>
    public static string Output { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", "out"));

    /// <summary>The files of the page.</summary>
    public static string Page { get; } = Path.Combine(Output, "demo", "wwwroot");

    /// <summary>Where tests leave pictures of the page, to be looked at.</summary>
    public static string Pictures { get; } = Path.Combine(Output, "demo-pictures");

    /// <summary>Debian's browser; other systems' lie elsewhere and are not looked for.</summary>
    public const string Browser = "/usr/bin/chromium";

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
