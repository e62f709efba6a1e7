using System.Globalization;

namespace ManagedRetrieval.Extensions.Records;

/// <inheritdoc/>
/// <param name="name">What files call it.</param>
/// <param name="optional">The same with null.</param>
/// <param name="format">How a value becomes text; null for the general form, which all but dates and times are read back from.</param>
/// <param name="parse">Reads it back; null likewise.</param>
internal sealed class ScalarType<T>(string name, Type optional, string? format = null, Func<string, T>? parse = null) : ScalarType(name, typeof(T))
    where T : IParsable<T>
{
    /// <inheritdoc/>
    public override Type ArrayType => typeof(T[]);

    /// <inheritdoc/>
    public override Type OptionalType => optional;

    /// <inheritdoc/>
    public override Array? CopyToArray(object value) => value switch
    {
        T[] array => array.Clone() as T[],
        List<T> list => list.ToArray(),
        _ => null,
    };

    /// <inheritdoc/>
    public override object ToList(Array array) => new List<T>((T[])array);

    /// <inheritdoc/>
    public override bool Contains(Array array, object? value) => value is T or null && (value is not null || default(T) is null) && Array.IndexOf((T[])array, (T)value!) >= 0;

    /// <inheritdoc/>
    public override bool IsCollection(object value) => value is ICollection<T>;

    /// <inheritdoc/>
    public override string Format(object value) =>
        value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value.ToString()!;

    /// <inheritdoc/>
    public override object Parse(string text) => parse is null ? T.Parse(text, CultureInfo.InvariantCulture) : parse(text)!;

    /// <inheritdoc/>
    public override Array ParseArray(IReadOnlyList<string?> texts)
    {
        var values = new T[texts.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = texts[i] switch
            {
                { } text => (T)Parse(text),
                null when default(T) is null => default!,
                null => throw new FormatException($"An element of type {Name} is null."),
            };
        }

        return values;
    }
}
