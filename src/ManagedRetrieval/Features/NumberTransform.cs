namespace ManagedRetrieval.Features;

/// <summary>What happens to a number before it is standardised.</summary>
public enum NumberTransform
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>sign(x) · ln(1 + |x|), for counts, prices and whatever else spreads over orders of magnitude.</summary>
    Log,
}
