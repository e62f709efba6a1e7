using System.Text.Json.Serialization;
using ManagedRetrieval.Data;

namespace ManagedRetrieval.Cli.Models;

/// <summary>What a way to split is called in a model's description.</summary>
internal enum SplitKind
{
    /// <summary>Each user's last interaction is for the test, the one before for validation.</summary>
    LeaveLastOut,

    /// <summary>Shares of all interactions at random.</summary>
    Random,

    /// <summary>The latest shares of all interactions.</summary>
    Latest,
}

/// <summary>How the data is cut, where no files for test and validation are given.</summary>
internal sealed record SplitDescription
{
    public SplitKind Type { get; set; }

    /// <summary>For Random and Latest.</summary>
    public double ValidationShare { get; set; } = 0.1;

    /// <summary>For Random and Latest.</summary>
    public double TestShare { get; set; } = 0.1;

    /// <summary>Which interactions of a pair of user and item are left, before anything is cut.</summary>
    public DuplicatePolicy Duplicates { get; set; }

    /// <summary>Users with fewer interactions are left out, and so on with items until all that remain have enough.</summary>
    public int MinimumPerUser { get; set; } = 1;

    /// <summary>Items with fewer interactions are left out.</summary>
    public int MinimumPerItem { get; set; } = 1;

    /// <summary>Whether interactions may be left out.</summary>
    [JsonIgnore]
    public bool IsThinned => Duplicates != DuplicatePolicy.KeepAll || MinimumPerUser > 1 || MinimumPerItem > 1;

    /// <summary>What is left to be cut.</summary>
    public InteractionLog Thin(InteractionLog log)
    {
        log = log.Deduplicate(Duplicates);
        return MinimumPerUser > 1 || MinimumPerItem > 1 ? log.KCore(MinimumPerUser, MinimumPerItem) : log;
    }

    /// <summary>Refuses what no split can have.</summary>
    public void Check(DescriptionCheck check)
    {
        check.BelowOne("validation_share", ValidationShare);
        check.BelowOne("test_share", TestShare);
        check.AtLeast(1, "minimum_per_user", MinimumPerUser);
        check.AtLeast(1, "minimum_per_item", MinimumPerItem);
        check.Require(ValidationShare + TestShare < 1, "test_share", TestShare, "with validation_share less than 1");
    }
}
