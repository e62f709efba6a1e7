namespace ManagedRetrieval.Extensions.Records;

/// <summary>A type that a data property, or an element of one, may have.</summary>
/// <param name="name">What files call it.</param>
/// <param name="type">The type; never a nullable one.</param>
internal abstract class ScalarType(string name, Type type)
{
    /// <summary>What files call it.</summary>
    public string Name { get; } = name;

    /// <summary>The type.</summary>
    public Type Type { get; } = type;

    /// <summary>Arrays of it.</summary>
    public abstract Type ArrayType { get; }

    /// <summary>The same with null.</summary>
    public abstract Type OptionalType { get; }

    /// <summary>An array or a list of this type as a new array; null for anything else.</summary>
    public abstract Array? CopyToArray(object value);

    /// <summary>A new list of an array's elements.</summary>
    public abstract object ToList(Array array);

    /// <summary>Whether an array holds a value.</summary>
    public abstract bool Contains(Array array, object? value);

    /// <summary>Whether something is a collection of this type that says itself what it contains.</summary>
    public abstract bool IsCollection(object value);

    /// <summary>A value as a text that does not depend on the culture.</summary>
    public abstract string Format(object value);

    /// <summary>The value of such a text.</summary>
    /// <exception cref="FormatException">It is no such text.</exception>
    /// <exception cref="OverflowException">The number is too large.</exception>
    public abstract object Parse(string text);

    /// <summary>The values of such texts, null for null.</summary>
    /// <exception cref="FormatException">One is no such text, or is null and the type has no null.</exception>
    /// <exception cref="OverflowException">A number is too large.</exception>
    public abstract Array ParseArray(IReadOnlyList<string?> texts);
}
