namespace ManagedRetrieval.Extensions.Records;

/// <summary>The property that names a record.</summary>
/// <param name="Name">Its name in the record.</param>
/// <param name="StorageName">Its name in the store.</param>
/// <param name="Type">Int32, Int64, String or Guid.</param>
/// <param name="IsGenerated">Whether a record whose Guid is empty is given a new one.</param>
internal sealed record KeyProperty(string Name, string StorageName, Type Type, bool IsGenerated) : RecordProperty(Name, StorageName, Type)
{
    /// <summary>Its type in the store.</summary>
    public ColumnType Column { get; } = ColumnType.Of(Type) is { IsMany: false } column && (Type == typeof(int) || Type == typeof(long) || Type == typeof(string) || Type == typeof(Guid))
        ? column
        : throw new NotSupportedException($"Key property '{Name}' has the type {Type.Name}. Supported are Int32, Int64, String and Guid.");

    /// <summary>Checks a key.</summary>
    /// <exception cref="ArgumentException">It is null, or of another type.</exception>
    public object Check(object? key) => key is null || key.GetType() != Type
        ? throw new ArgumentException($"Key property '{Name}' must be of type {Type.Name}, but the key is {(key is null ? "null" : "of type " + key.GetType().Name)}.")
        : key;
}
