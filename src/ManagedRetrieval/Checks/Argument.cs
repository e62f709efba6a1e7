using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Checks;

/// <summary>What is refused in many places, in the same words.</summary>
internal static class Argument
{
    /// <summary>Refuses what is not one for each of some things.</summary>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public static void OneForEach(string name, int came, int count, string things)
    {
        if (came != count)
        {
            throw OtherCount(name, came, count, things);
        }
    }

    /// <summary>There are more or fewer than one for each of some things.</summary>
    public static ArgumentException OtherCount(string name, int came, int count, string things, string? argument = null) =>
        new(FormattableString.Invariant($"{name} must be one for each of the {count} {things}, not {came}."), argument ?? name);

    /// <summary>A list has a null.</summary>
    public static ArgumentException HoldsNull(string name, int number) =>
        new(FormattableString.Invariant($"{name} must not hold null, but number {number} is."), name);

    /// <summary>A tensor has another shape than it must have.</summary>
    public static ArgumentException OtherShape(string name, string expected, Shape came) =>
        new($"{name} must have the shape {expected}, not {came}.", name);
}
