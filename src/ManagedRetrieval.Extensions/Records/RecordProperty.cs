namespace ManagedRetrieval.Extensions.Records;

/// <summary>A property of a record.</summary>
/// <param name="Name">Its name in the record.</param>
/// <param name="StorageName">Its name in the store, by which another view of the collection finds it.</param>
/// <param name="Type">Its type in the record.</param>
internal abstract record RecordProperty(string Name, string StorageName, Type Type);
