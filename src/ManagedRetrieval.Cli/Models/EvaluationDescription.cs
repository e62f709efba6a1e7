namespace ManagedRetrieval.Cli.Models;

/// <summary>How models are measured.</summary>
internal sealed record EvaluationDescription
{
    /// <summary>Cut-offs of the metrics.</summary>
    public IReadOnlyList<int> Ks { get; set; } = [1, 5, 10, 20, 50, 100];

    /// <summary>Whether what a user had before is left out of his answers.</summary>
    public bool ExcludeSeen { get; set; } = true;

    /// <summary>Whether each interaction is a query of its own; else each user is, with all his interactions as positives.</summary>
    public bool EachInteraction { get; set; }

    /// <summary>Whether every row of the item table is a candidate; else what occurs in the data.</summary>
    public bool AllItems { get; set; }

    /// <summary>Whether metrics bear the names of TensorFlow Recommenders, ties counting for the positive.</summary>
    public bool TfrsNames { get; set; }

    /// <summary>Whether figures mean the same: all but the cut-offs is equal.</summary>
    public bool IsComparable(EvaluationDescription other) =>
        (ExcludeSeen, EachInteraction, AllItems, TfrsNames) == (other.ExcludeSeen, other.EachInteraction, other.AllItems, other.TfrsNames);

    /// <summary>Refuses cut-offs that are none.</summary>
    public void Check(DescriptionCheck check)
    {
        foreach (int k in Ks)
        {
            check.Require(k >= 1, "ks", k, "cut-offs of at least 1");
        }
    }
}
