namespace ManagedRetrieval.Losses;

/// <summary>What happens to a row whose own positive the score mask hides.</summary>
public enum MaskedPositive
{
    /// <summary>An <see cref="ArgumentException"/> that names the row.</summary>
    Error,

    /// <summary>The row is left out: loss and gradient are exactly 0. The number of such rows is reported.</summary>
    DropRow,
}
