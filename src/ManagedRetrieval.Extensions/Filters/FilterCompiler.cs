using System.Linq.Expressions;
using System.Runtime.ExceptionServices;
using ManagedRetrieval.Extensions.Records;

namespace ManagedRetrieval.Extensions.Filters;

/// <summary>Makes conditions on stored records of filter expressions, without generated code.</summary>
/// <remarks>
/// What does not depend on the record is evaluated once. Values keep the language's rules: lifted comparisons with null, numbers that are no numbers, widening.
/// </remarks>
internal sealed partial class FilterCompiler
{
    private readonly RecordSchema _schema;
    private readonly ParameterExpression _record;
    private readonly ParameterExpression? _element;

    private FilterCompiler(RecordSchema schema, ParameterExpression record, ParameterExpression? element) => (_schema, _record, _element) = (schema, record, element);

    /// <summary>The value that a part of a filter has for a record and, within one, for an element of one of its arrays.</summary>
    private delegate object? RecordValue(StoredRecord record, object? element);

    /// <summary>Whether a part of a filter holds for a record and, within one, for an element of one of its arrays.</summary>
    private delegate bool RecordCondition(StoredRecord record, object? element);

    /// <summary>Makes a condition.</summary>
    /// <param name="filter">A lambda of a record.</param>
    /// <param name="schema">The record's properties.</param>
    /// <exception cref="NotSupportedException">A part of it is not supported; the message names it.</exception>
    /// <exception cref="InvalidOperationException">It names a property that there is not.</exception>
    public static Func<StoredRecord, bool> Compile(LambdaExpression filter, RecordSchema schema)
    {
        RecordCondition condition = new FilterCompiler(schema, filter.Parameters[0], element: null).Condition(filter.Body);
        return record => condition(record, null);
    }

    private RecordCondition Condition(Expression node)
    {
        if (!ParameterFinder.DependsOnParameter(node))
        {
            return Always(Constants.Evaluate(node) is true);
        }

        return node switch
        {
            // What comes second may make sense only where the first does not decide, such as 'year == null || film.Year == year.Value'.
            BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.OrElse } either when !ParameterFinder.DependsOnParameter(either.Left) =>
                Constants.Evaluate(either.Left) is true == (either.NodeType == ExpressionType.AndAlso) ? Condition(either.Right) : Always(either.NodeType == ExpressionType.OrElse),
            BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } both => Both(Condition(both.Left), Condition(both.Right)),
            BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } either => Not(Both(Not(Condition(either.Left)), Not(Condition(either.Right)))),
            UnaryExpression { NodeType: ExpressionType.Not } not => Not(Condition(not.Operand)),
            BinaryExpression
            {
                NodeType: ExpressionType.Equal or ExpressionType.NotEqual or ExpressionType.LessThan or ExpressionType.LessThanOrEqual
                    or ExpressionType.GreaterThan or ExpressionType.GreaterThanOrEqual
            } comparison => Comparison(comparison.NodeType, Value(comparison.Left), Value(comparison.Right)),
            MemberExpression { Member.Name: nameof(Nullable<>.HasValue), Expression: { } optional } when Nullable.GetUnderlyingType(optional.Type) is not null =>
                Comparison(ExpressionType.NotEqual, Value(optional), (_, _) => null),
            MethodCallExpression { Method.Name: not "get_Item" } call => Call(call),
            _ when node.Type == typeof(bool) => Comparison(ExpressionType.Equal, Value(node), (_, _) => true),
            _ => throw Unsupported(node),
        };
    }

    private static RecordCondition Always(bool holds) => (_, _) => holds;

    private static RecordCondition Both(RecordCondition left, RecordCondition right) => (record, element) => left(record, element) && right(record, element);

    private static RecordCondition Not(RecordCondition condition) => (record, element) => !condition(record, element);

    private static RecordCondition Comparison(ExpressionType kind, RecordValue left, RecordValue right) =>
        (record, element) => FilterValues.Compare(kind, left(record, element), right(record, element));

    private RecordValue Value(Expression node)
    {
        if (!ParameterFinder.DependsOnParameter(node))
        {
            return Constant(node);
        }

        return node switch
        {
            ParameterExpression parameter when parameter == _element => (_, element) => element,
            UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert when convert.Method is null || convert.Method.DeclaringType == typeof(decimal) => Converted(convert),
            MemberExpression { Member.Name: nameof(Nullable<>.Value), Expression: { } optional } when Nullable.GetUnderlyingType(optional.Type) is not null => Value(optional),
            BinaryExpression { NodeType: ExpressionType.Coalesce, Conversion: null } coalesce => Coalesced(Value(coalesce.Left), Value(coalesce.Right)),
            _ => Property(node) switch
            {
                KeyProperty => (record, _) => record.Key,
                DataProperty data => (record, _) => record.Data[data.Index],
                VectorProperty vector => throw new NotSupportedException($"A filter cannot look at the vector property '{vector.Name}'."),
                _ => throw Unsupported(node),
            },
        };
    }

    /// <summary>A value that is evaluated once. Where that fails, it fails for the first record that asks for it, as it would in C#.</summary>
    private static RecordValue Constant(Expression node)
    {
        try
        {
            object? constant = Constants.Evaluate(node);
            return (_, _) => constant;
        }
        catch (Exception failure)
        {
            var later = ExceptionDispatchInfo.Capture(failure);
            return (_, _) =>
            {
                later.Throw();
                return null;
            };
        }
    }

    private static RecordValue Coalesced(RecordValue left, RecordValue right) => (record, element) => left(record, element) ?? right(record, element);

    private RecordValue Converted(UnaryExpression convert)
    {
        RecordValue value = Value(convert.Operand);
        Type to = Bare(convert.Type), from = Bare(convert.Operand.Type);
        if (to == typeof(object) || to == from)
        {
            return value;
        }

        if (from != typeof(object))
        {
            Func<object?, object?> conversion = FilterValues.Conversion(from, to) ?? throw Unsupported(convert);
            return (record, element) => conversion(value(record, element));
        }

        // A dictionary's value is an object: it is what its property is declared to be, and nothing else.
        ColumnType? column = Property(convert.Operand) switch
        {
            KeyProperty key => key.Column,
            DataProperty data => data.Column,
            _ => null,
        };
        return column is not null && ColumnType.Of(to) is { } wanted && wanted.Scalar == column.Scalar && wanted.IsMany == column.IsMany ? value : throw Unsupported(convert);
    }

    private RecordProperty? Property(Expression node) => RecordSchema.NameOf(node, _record) is { } name ? _schema.Named(name) : null;

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static NotSupportedException Unsupported(Expression node) => new(
        $"A filter cannot hold '{node}' ({node.NodeType}). Supported are comparisons of data and key properties with values, &&, ||, !, Contains, Any, Equals, StartsWith, EndsWith, HasValue, ?? and widening casts.");
}
