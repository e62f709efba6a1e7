using ManagedRetrieval.Extensions.Records;

namespace ManagedRetrieval.Extensions.Filters;

/// <summary>A value that a part of a filter has for a record.</summary>
/// <param name="record">The record.</param>
/// <param name="element">The element of one of its arrays that is looked at; null outside of such.</param>
internal delegate object? RecordValue(StoredRecord record, object? element);
