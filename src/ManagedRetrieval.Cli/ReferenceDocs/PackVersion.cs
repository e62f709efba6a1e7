using System.Globalization;

namespace ManagedRetrieval.Cli.ReferenceDocs;

/// <summary>Orders version texts such as "10.0.9", "10.0.12" and "11.0.0-preview.2" from old to new.</summary>
/// <remarks>Semantic Versioning 2.0.0, section 11: numbers by value, a prerelease before its release.</remarks>
internal sealed class PackVersion : IComparer<string>
{
    /// <summary>The one instance.</summary>
    public static PackVersion Order { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        (string release, string? prerelease) = Parts(x ?? "");
        (string otherRelease, string? otherPrerelease) = Parts(y ?? "");
        int order = CompareDotted(release, otherRelease);
        return (order, prerelease, otherPrerelease) switch
        {
            (not 0, _, _) => order,
            (_, null, null) => 0,
            (_, null, _) => 1,
            (_, _, null) => -1,
            _ => CompareDotted(prerelease, otherPrerelease),
        };
    }

    private static (string Release, string? Prerelease) Parts(string version)
    {
        string core = version.Split('+')[0];
        int dash = core.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (core, null) : (core[..dash], core[(dash + 1)..]);
    }

    private static int CompareDotted(string left, string right)
    {
        string[] lefts = left.Split('.');
        string[] rights = right.Split('.');
        for (int i = 0; i < Math.Min(lefts.Length, rights.Length); i++)
        {
            int order = ComparePart(lefts[i], rights[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return lefts.Length.CompareTo(rights.Length);
    }

    private static int ComparePart(string left, string right)
    {
        bool leftIsNumber = ulong.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out ulong leftNumber);
        bool rightIsNumber = ulong.TryParse(right, NumberStyles.None, CultureInfo.InvariantCulture, out ulong rightNumber);
        return (leftIsNumber, rightIsNumber) switch
        {
            (true, true) => leftNumber.CompareTo(rightNumber),
            (true, false) => -1,
            (false, true) => 1,
            _ => string.CompareOrdinal(left, right),
        };
    }
}
