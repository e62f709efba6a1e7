using System.Collections;
using System.Linq.Expressions;
using ManagedRetrieval.Extensions.Records;

namespace ManagedRetrieval.Extensions.Filters;

/// <summary>What <c>Contains</c> means for a collection that does not depend on the record.</summary>
internal static class FilterMembers
{
    /// <summary>Whether a type that declares <c>Contains</c> is a collection of the framework's: any other may mean by it what it likes.</summary>
    public static bool IsOfFramework(Type type) => type.IsAssignableTo(typeof(IEnumerable))
        && (type.Namespace ?? "").StartsWith("System.Collections", StringComparison.Ordinal) && IsOf(type, "System.");

    /// <summary>Whether a value is among those of a collection; null where it is none.</summary>
    /// <param name="call">Of a method of sequences, or of a collection of the framework's.</param>
    /// <param name="collection">Its collection, without the conversion to a span.</param>
    /// <param name="item">The type of what is looked for.</param>
    public static Func<object?, bool>? Of(MethodCallExpression call, Expression collection, Type item)
    {
        if (collection is NewArrayExpression { NodeType: ExpressionType.NewArrayInit } array)
        {
            return Among(array.Expressions.Select(Constants.Evaluate));
        }

        return Constants.Evaluate(collection) switch
        {
            IEnumerable values when IsPlain(values) || (call.Object is null && ScalarTypes.Find(item) is { } scalar && !scalar.IsCollection(values)) => Among(values),

            // A set, or the keys of a dictionary, may have a comparer of its own: it is asked itself.
            IEnumerable values => Asked(call, Expression.Constant(values, collection.Type), item),
            _ => null,
        };
    }

    /// <summary>Whether a collection compares by nothing but equality, as queries do, too; these are run once.</summary>
    private static bool IsPlain(IEnumerable values) => values.GetType() is var type
        && (type.IsArray || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>)) || IsOf(type, "System.Linq"));

    private static bool IsOf(Type type, string assembly) => type.Assembly.GetName().Name!.StartsWith(assembly, StringComparison.Ordinal);

    private static Func<object?, bool> Among(IEnumerable values)
    {
        HashSet<object?> members = [.. values.Cast<object?>()];
        return members.Contains;
    }

    /// <summary>Asks by interpretation, without generated code.</summary>
    private static Func<object?, bool> Asked(MethodCallExpression call, ConstantExpression collection, Type item)
    {
        ParameterExpression value = Expression.Parameter(typeof(object));
        UnaryExpression converted = Expression.Convert(value, item);
        MethodCallExpression asked = call.Object is null ? call.Update(null, [collection, converted, .. call.Arguments.Skip(2)]) : call.Update(collection, [converted]);
        Func<object?, bool> contains = Expression.Lambda<Func<object?, bool>>(asked, value).Compile(preferInterpretation: true);
        bool takesNull = !item.IsValueType || Nullable.GetUnderlyingType(item) is not null;
        return candidate => (candidate is not null || takesNull) && contains(candidate);
    }
}
