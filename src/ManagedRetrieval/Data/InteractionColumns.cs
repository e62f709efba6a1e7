namespace ManagedRetrieval.Data;

/// <summary>Which columns of a source hold what of an interaction.</summary>
public sealed class InteractionColumns
{
    /// <summary>The column of the user's key; "user" by default.</summary>
    public string User { get; init; } = "user";

    /// <summary>The column of the item's key; "item" by default.</summary>
    public string Item { get; init; } = "item";

    /// <summary>The column of the time; null, the default, for none.</summary>
    public string? Time { get; init; }

    /// <summary>The column of the weight or rating, any finite number; null, the default, for none.</summary>
    public string? Weight { get; init; }

    /// <summary>The column of a list of items that are known to be wrong for the interaction's user; null, the default, for none.</summary>
    public string? Negatives { get; init; }

    /// <summary>What stands between the items of <see cref="Negatives"/> where they are written as one text; a space by default.</summary>
    public char NegativesSeparator { get; init; } = ' ';

    /// <summary>What the users' keys are; texts by default.</summary>
    public KeyKind UserKeys { get; init; }

    /// <summary>What the items' keys are; texts by default.</summary>
    public KeyKind ItemKeys { get; init; }

    /// <summary>How times are written; whole numbers by default.</summary>
    public TimeFormat TimeFormat { get; init; }

    internal IReadOnlyList<string> Names() => [User, Item, .. Time is null ? (string[])[] : [Time], .. Weight is null ? (string[])[] : [Weight], .. Negatives is null ? (string[])[] : [Negatives]];
}
