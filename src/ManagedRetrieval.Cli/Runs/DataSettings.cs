using ManagedRetrieval.Data;
using ManagedRetrieval.Readers;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Where the data is, and which columns hold what.</summary>
internal sealed record DataSettings
{
    public required string Data { get; init; }

    /// <summary>Given files for validation and test; null to cut the data.</summary>
    public string? Validation { get; init; }

    public string? Test { get; init; }

    /// <summary>Attributes of items and users; null for none.</summary>
    public string? Items { get; init; }

    public string? Users { get; init; }

    public RowFormat Format { get; init; }

    public string UserColumn { get; init; } = "user";

    public string ItemColumn { get; init; } = "item";

    public string? TimeColumn { get; init; }

    public TimeFormat TimeFormat { get; init; }

    public string? WeightColumn { get; init; }

    /// <summary>The column of items that are wrong for a row's user.</summary>
    public string? NegativesColumn { get; init; }

    /// <summary>The id's column in the table of items; by default that of the data.</summary>
    public string? ItemIdColumn { get; init; }

    /// <summary>The id's column in the table of users; by default that of the data.</summary>
    public string? UserIdColumn { get; init; }

    /// <summary>The column of the items' table that is shown to people; null for the id.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>The column of the items' table that colours the map; null for none.</summary>
    public string? GroupColumn { get; init; }

    public bool SkipBadRows { get; init; }

    /// <summary>All files that are read; null for those not given.</summary>
    public IEnumerable<string?> Files => [Data, Validation, Test, Items, Users];
}
