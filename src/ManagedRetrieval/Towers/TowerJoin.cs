namespace ManagedRetrieval.Towers;

/// <summary>How the inputs of a tower become one row.</summary>
public enum TowerJoin
{
    /// <summary>Side by side: the width is the sum of theirs.</summary>
    Concatenate,

    /// <summary>Added, which takes inputs of one width.</summary>
    Sum,
}
