using System.Numerics;
using ManagedRetrieval.Checks;

namespace ManagedRetrieval.Optimizers;

/// <summary>Checks of settings, in the precision that they are used in.</summary>
internal static class Setting
{
    /// <summary>What must be positive and finite: what is 0 as a <typeparamref name="T"/> would divide by 0.</summary>
    public static T Positive<T>(double value, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T converted = T.CreateChecked(value);
        return converted > T.Zero && T.IsFinite(converted)
            ? converted
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive and finite as {typeof(T).Name}.");
    }

    /// <summary>What must be finite and not negative.</summary>
    public static double NotNegative<T>(double value, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => value >= 0 && T.IsFinite(T.CreateChecked(value))
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and not negative as {typeof(T).Name}.");

    /// <summary>What must lie in [0, 1): what rounds to 1 would never decay.</summary>
    public static double Decay<T>(double value, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => value >= 0 && T.CreateChecked(value) < T.One
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must lie in [0, 1) as {typeof(T).Name}.");

    /// <summary>What must be positive where it is given; it may be infinite.</summary>
    public static double? PositiveOrNull(double? value, string name) => value is null or > 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive, or null.");

    /// <summary>What must be there.</summary>
    public static TSetting NotNull<TSetting>(TSetting? value, string name)
        where TSetting : class
        => value ?? throw new ArgumentNullException(name);

    /// <summary>A copy of a list that must be there and hold no null.</summary>
    public static IReadOnlyList<TSetting> NoneNull<TSetting>(IReadOnlyList<TSetting> values, string name)
        where TSetting : class
    {
        RequireNoneNull(values, name);
        return [.. values];
    }

    /// <summary>A list must be there and hold no null.</summary>
    public static void RequireNoneNull<TSetting>(IReadOnlyList<TSetting> values, string name)
        where TSetting : class
    {
        ArgumentNullException.ThrowIfNull(values, name);
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i] is null)
            {
                throw Argument.HoldsNull(name, i);
            }
        }
    }
}
