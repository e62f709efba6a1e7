using System.Linq.Expressions;
using ManagedRetrieval.Extensions.Records;

namespace ManagedRetrieval.Extensions.Filters;

internal sealed partial class FilterCompiler
{
    private RecordCondition Call(MethodCallExpression call) => call switch
    {
        { Object: { } text } when text.Type == typeof(string) && call.Method.Name is nameof(string.Contains) or nameof(string.StartsWith) or nameof(string.EndsWith) or nameof(string.Equals) => Text(call),
        { Method.Name: nameof(Equals), Object: { } left, Arguments: [var right] } when IsOfValues(call.Method.DeclaringType!) => Comparison(ExpressionType.Equal, Value(left), Value(right)),
        { Method.Name: nameof(Enumerable.Any), Object: null, Arguments: [var source, LambdaExpression some] } when call.Method.DeclaringType == typeof(Enumerable) => Any(source, some),
        { Method.Name: nameof(Enumerable.Contains), Object: { } source, Arguments: [var item] } when FilterMembers.IsOfFramework(call.Method.DeclaringType!) => Contains(call, source, item),
        { Method.Name: nameof(Enumerable.Contains), Object: null, Arguments: [var source, var item] } when IsOfSequences(call) => Contains(call, source, item),

        // The last argument is a comparer, which the compiler sets to null where spans are compared.
        { Method.Name: nameof(MemoryExtensions.Contains), Object: null, Arguments: [var source, var item, ConstantExpression { Value: null }] } when IsOfSequences(call) => Contains(call, source, item),
        _ => throw Unsupported(call),
    };

    private static bool IsOfSequences(MethodCallExpression call) => call.Method.DeclaringType == typeof(Enumerable) || call.Method.DeclaringType == typeof(MemoryExtensions);

    /// <summary>Whether a type says what equality of stored values is; any other may mean what it likes by it.</summary>
    private static bool IsOfValues(Type type) => type == typeof(object) || ScalarTypes.Find(Bare(type)) is not null;

    /// <summary>Methods of a text that take another one, or a character. Those that would compare by the culture have to say how they compare.</summary>
    private RecordCondition Text(MethodCallExpression call)
    {
        bool isOrdinal = call.Method.Name is nameof(string.Contains) or nameof(string.Equals) || call.Arguments[0].Type == typeof(char);
        StringComparison? how = call.Arguments.Count == 1 && isOrdinal ? StringComparison.Ordinal
            : call.Arguments.Count == 2 && !ParameterFinder.DependsOnParameter(call.Arguments[1]) ? Constants.Evaluate(call.Arguments[1]) as StringComparison?
            : null;
        if (how is not { } comparison || (call.Arguments[0].Type != typeof(string) && call.Arguments[0].Type != typeof(char)))
        {
            throw isOrdinal ? Unsupported(call) : new NotSupportedException($"A filter cannot hold '{call}' (Call): pass a StringComparison, without which it would depend on the culture.");
        }

        RecordValue text = Value(call.Object!), part = Value(call.Arguments[0]);
        Func<string, string, bool> test = call.Method.Name switch
        {
            nameof(string.Contains) => (a, b) => a.Contains(b, comparison),
            nameof(string.StartsWith) => (a, b) => a.StartsWith(b, comparison),
            nameof(string.EndsWith) => (a, b) => a.EndsWith(b, comparison),
            _ => (a, b) => a.Equals(b, comparison),
        };
        return (record, element) => text(record, element) is string a && part(record, element)?.ToString() is { } b && test(a, b);
    }

    private RecordCondition Any(Expression source, LambdaExpression some)
    {
        if (_element is not null || !IsMany(source))
        {
            throw Unsupported(source);
        }

        RecordValue array = Value(source);
        RecordCondition condition = new FilterCompiler(_schema, _record, some.Parameters[0]).Condition(some.Body);
        return (record, _) =>
        {
            foreach (object? element in array(record, null) as Array ?? Array.Empty<object>())
            {
                if (condition(record, element))
                {
                    return true;
                }
            }

            return false;
        };
    }

    private RecordCondition Contains(MethodCallExpression call, Expression source, Expression item)
    {
        Expression collection = WithoutSpan(source);
        if (collection.Type.IsByRefLike)
        {
            throw Unsupported(call);
        }

        RecordValue value = Value(item);
        if (!ParameterFinder.DependsOnParameter(collection))
        {
            Func<object?, bool> contains = FilterMembers.Of(call, collection, item.Type) ?? throw Unsupported(call);
            return (record, element) => contains(value(record, element));
        }

        if (!IsMany(collection) || Property(WithoutCasts(collection)) is not DataProperty property)
        {
            throw Unsupported(call);
        }

        return (record, element) => record.Data[property.Index] is Array array && property.Column.Scalar.Contains(array, value(record, element));
    }

    /// <summary>Takes away the conversion to a span that the compiler puts around an array. What another type converts itself to is not known.</summary>
    private static Expression WithoutSpan(Expression node) => node switch
    {
        UnaryExpression { NodeType: ExpressionType.Convert, Operand: { Type.IsArray: true } array } convert when convert.Type.IsByRefLike => array,
        MethodCallExpression { Method.Name: "op_Implicit", Arguments: [{ Type.IsArray: true } array] } call when call.Type.IsByRefLike => array,
        _ => node,
    };

    private static Expression WithoutCasts(Expression node) => node is UnaryExpression { NodeType: ExpressionType.Convert } convert ? WithoutCasts(convert.Operand) : node;

    private bool IsMany(Expression source) => Property(WithoutCasts(source)) is DataProperty { Column.IsMany: true };
}
