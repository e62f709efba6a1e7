namespace ManagedRetrieval.Extensions.Records;

/// <summary>How many values of its scalar type a data property holds.</summary>
internal enum ColumnForm
{
    /// <summary>One.</summary>
    One,

    /// <summary>One or null.</summary>
    Optional,

    /// <summary>An array, or null.</summary>
    Array,

    /// <summary>A list, or null; stored as an array.</summary>
    List,
}
