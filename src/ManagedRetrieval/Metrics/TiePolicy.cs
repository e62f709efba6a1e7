namespace ManagedRetrieval.Metrics;

/// <summary>Which place the positive takes among the candidates that tie with it.</summary>
public enum TiePolicy
{
    /// <summary>The exact mean over all orders of the tied candidates.</summary>
    Expected,

    /// <summary>The positive comes before all that tie with it.</summary>
    Optimistic,

    /// <summary>The positive comes after all that tie with it.</summary>
    Pessimistic,
}
