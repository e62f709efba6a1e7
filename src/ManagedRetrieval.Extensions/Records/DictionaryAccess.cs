namespace ManagedRetrieval.Extensions.Records;

/// <summary>Records that are dictionaries. A property that is missing is null; one that the definition does not name is not looked at, as with other stores.</summary>
internal sealed class DictionaryAccess : RecordAccess<Dictionary<string, object?>>
{
    /// <inheritdoc/>
    public override Dictionary<string, object?> Create() => new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override object? Get(Dictionary<string, object?> record, RecordProperty property) => record.GetValueOrDefault(property.Name);

    /// <inheritdoc/>
    public override void Set(Dictionary<string, object?> record, RecordProperty property, object? value) => record[property.Name] = value;
}
