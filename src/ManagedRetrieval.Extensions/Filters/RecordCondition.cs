using ManagedRetrieval.Extensions.Records;

namespace ManagedRetrieval.Extensions.Filters;

/// <summary>Whether a part of a filter holds for a record.</summary>
/// <param name="record">The record.</param>
/// <param name="element">The element of one of its arrays that is looked at; null outside of such.</param>
internal delegate bool RecordCondition(StoredRecord record, object? element);
