namespace ManagedRetrieval.Extensions.Records;

/// <summary>Reads and writes the properties of records.</summary>
internal abstract class RecordAccess<TRecord>
    where TRecord : class
{
    /// <summary>A new record, without values.</summary>
    public abstract TRecord Create();

    /// <summary>The value of a property.</summary>
    public abstract object? Get(TRecord record, RecordProperty property);

    /// <summary>Gives a property a value.</summary>
    public abstract void Set(TRecord record, RecordProperty property, object? value);
}
