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

    /// <summary>Refuses what no split can have.</summary>
    public void Check(DescriptionCheck check)
    {
        check.BelowOne("validation_share", ValidationShare);
        check.BelowOne("test_share", TestShare);
        check.Require(ValidationShare + TestShare < 1, "test_share", TestShare, "with validation_share less than 1");
    }
}
