using System.Linq.Expressions;
using ManagedRetrieval.Extensions.Records;

namespace ManagedRetrieval.Extensions.Filters;

/// <summary>Orders of records.</summary>
internal static class RecordOrder
{
    /// <summary>By some properties, one after the other, and at last by when records were stored.</summary>
    /// <param name="sorts">Lambdas of a record that name a key or data property, and whether small values come first.</param>
    /// <param name="schema">The record's properties.</param>
    /// <exception cref="NotSupportedException">A property has no order, or a lambda is of another form.</exception>
    public static Comparison<StoredRecord> Of(IEnumerable<(LambdaExpression Selector, bool Ascending)> sorts, RecordSchema schema)
    {
        (Func<StoredRecord, object?> Value, bool Ascending)[] keys = [.. sorts.Select(sort => (ValueOf(schema.Selected(sort.Selector)), sort.Ascending))];
        return (left, right) =>
        {
            foreach ((Func<StoredRecord, object?> value, bool ascending) in keys)
            {
                int order = FilterValues.Order(value(left), value(right));
                if (order != 0)
                {
                    return ascending ? order : -order;
                }
            }

            return left.Sequence.CompareTo(right.Sequence);
        };
    }

    private static Func<StoredRecord, object?> ValueOf(RecordProperty property) => property switch
    {
        KeyProperty => record => record.Key,
        DataProperty { Column.IsMany: false } data => record => record.Data[data.Index],
        _ => throw new NotSupportedException($"Records cannot be ordered by property '{property.Name}' of type {property.Type.Name}."),
    };
}
