namespace ManagedRetrieval.Data;

/// <summary>What happens where a user met an item more than once.</summary>
public enum DuplicatePolicy
{
    /// <summary>Every interaction stays.</summary>
    KeepAll,

    /// <summary>The first interaction of the pair stays.</summary>
    KeepFirst,

    /// <summary>The last interaction of the pair stays.</summary>
    KeepLast,
}
