using System.Globalization;
using System.Linq.Expressions;

namespace ManagedRetrieval.Extensions.Filters;

/// <summary>Comparisons and conversions of stored values, as the language has them.</summary>
internal static class FilterValues
{
    /// <summary>Types in the order in which numbers are widened.</summary>
    private static readonly Type[] Widening = [typeof(byte), typeof(short), typeof(int), typeof(long), typeof(float), typeof(double)];

    /// <summary>Whether a comparison of two values holds. Null equals null alone; null and no number are neither less nor more than anything.</summary>
    public static bool Compare(ExpressionType comparison, object? left, object? right) => comparison switch
    {
        ExpressionType.Equal => AreEqual(left, right),
        ExpressionType.NotEqual => !AreEqual(left, right),
        _ when left is null || right is null || IsNaN(left) || IsNaN(right) => false,
        ExpressionType.LessThan => Order(left, right) < 0,
        ExpressionType.LessThanOrEqual => Order(left, right) <= 0,
        ExpressionType.GreaterThan => Order(left, right) > 0,
        _ => Order(left, right) >= 0,
    };

    /// <summary>Where a value stands before another of its type: null before all, texts by their characters' numbers.</summary>
    public static int Order(object? left, object? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string a, string b) => string.CompareOrdinal(a, b),
        _ => ((IComparable)left).CompareTo(right),
    };

    /// <summary>Makes values of one type values of another, where the language does so without being asked; null where it does not.</summary>
    /// <param name="from">Not nullable.</param>
    /// <param name="to">Not nullable.</param>
    public static Func<object?, object?>? Conversion(Type from, Type to)
    {
        int source = Array.IndexOf(Widening, from), target = Array.IndexOf(Widening, to);
        return from == to ? value => value
            : source < 0 || (target <= source && to != typeof(decimal)) ? null
            : to == typeof(decimal) ? (from == typeof(float) || from == typeof(double) ? null : value => value is null ? null : Convert.ToDecimal(value, CultureInfo.InvariantCulture))
            : to == typeof(short) ? value => value is null ? null : Convert.ToInt16(value, CultureInfo.InvariantCulture)
            : to == typeof(int) ? value => value is null ? null : Convert.ToInt32(value, CultureInfo.InvariantCulture)
            : to == typeof(long) ? value => value is null ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture)
            : to == typeof(float) ? value => value is null ? null : Convert.ToSingle(value, CultureInfo.InvariantCulture)
            : value => value is null ? null : Convert.ToDouble(value, CultureInfo.InvariantCulture);
    }

    private static bool AreEqual(object? left, object? right) => left is null || right is null ? left is null && right is null : !IsNaN(left) && left.Equals(right);

    private static bool IsNaN(object value) => value is double.NaN or float.NaN;
}
