namespace ManagedRetrieval.Data;

/// <summary>What a column holds in one row.</summary>
public enum RowValueKind
{
    /// <summary>Nothing: an empty cell, a null, a property that is not there.</summary>
    Missing,

    /// <summary>Text, which may spell a number.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A list of texts.</summary>
    List,
}
