namespace ManagedRetrieval.Data;

/// <summary>What the keys of users or items are.</summary>
public enum KeyKind
{
    /// <summary>Texts, compared by code units: "7" and "07" are two keys.</summary>
    Text,

    /// <summary>Whole numbers of 64 bits: "7" and "07" are one key.</summary>
    Number,
}
