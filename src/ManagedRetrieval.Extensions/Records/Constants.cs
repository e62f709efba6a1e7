using System.Linq.Expressions;

namespace ManagedRetrieval.Extensions.Records;

/// <summary>Values of expressions that do not depend on a record.</summary>
internal static class Constants
{
    /// <summary>The value: that of a constant as it is, that of anything else by interpretation, without generated code.</summary>
    /// <param name="node">Without free parameters, and not of a type that lives on the stack.</param>
    public static object? Evaluate(Expression node) => node is ConstantExpression constant
        ? constant.Value
        : Expression.Lambda<Func<object?>>(Expression.Convert(node, typeof(object))).Compile(preferInterpretation: true)();
}
