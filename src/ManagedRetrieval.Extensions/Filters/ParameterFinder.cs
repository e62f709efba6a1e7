using System.Linq.Expressions;

namespace ManagedRetrieval.Extensions.Filters;

/// <summary>Looks for parameters in an expression.</summary>
internal sealed class ParameterFinder : ExpressionVisitor
{
    private readonly HashSet<ParameterExpression> _own = [];
    private bool _found;

    /// <summary>Whether an expression depends on a parameter that it does not declare itself.</summary>
    public static bool DependsOnParameter(Expression node)
    {
        var finder = new ParameterFinder();
        finder.Visit(node);
        return finder._found;
    }

    /// <inheritdoc/>
    protected override Expression VisitLambda<T>(Expression<T> node)
    {
        _own.UnionWith(node.Parameters);
        return base.VisitLambda(node);
    }

    /// <inheritdoc/>
    protected override Expression VisitParameter(ParameterExpression node)
    {
        _found |= !_own.Contains(node);
        return node;
    }
}
