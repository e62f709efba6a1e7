namespace ManagedRetrieval.Extensions.Records;

/// <summary>A property that is kept, and that filters and orders may use.</summary>
/// <param name="Name">Its name in the record.</param>
/// <param name="StorageName">Its name in the store.</param>
/// <param name="Type">Its type in the record.</param>
/// <param name="Index">Its place among the data properties.</param>
internal sealed record DataProperty(string Name, string StorageName, Type Type, int Index) : RecordProperty(Name, StorageName, Type)
{
    /// <summary>Its type in the store.</summary>
    public ColumnType Column { get; } = ColumnType.Of(Type)
        ?? throw new NotSupportedException($"Data property '{Name}' has the type {Type}. Supported are {ScalarTypes.Names}.");
}
