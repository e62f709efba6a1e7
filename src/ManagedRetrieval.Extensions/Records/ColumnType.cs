using System.Text.Json;

namespace ManagedRetrieval.Extensions.Records;

/// <summary>The type of a data or key property, and how its values are stored: arrays and lists as arrays that nobody else holds.</summary>
internal sealed record ColumnType(ScalarType Scalar, ColumnForm Form)
{
    /// <summary>What files call it; an array and a list are stored alike.</summary>
    public string Name => Scalar.Name + (IsMany ? "[]" : Form == ColumnForm.Optional ? "?" : "");

    /// <summary>A type of properties that have this column.</summary>
    public Type Type => IsMany ? Scalar.ArrayType : Form == ColumnForm.Optional ? Scalar.OptionalType : Scalar.Type;

    /// <summary>Whether values are stored as arrays.</summary>
    public bool IsMany => Form is ColumnForm.Array or ColumnForm.List;

    /// <summary>The column of a property's type; null where the type is not supported.</summary>
    public static ColumnType? Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying, ColumnForm.Optional);
        }

        if (type.IsSZArray)
        {
            return Of(type.GetElementType()!, ColumnForm.Array);
        }

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>)
            ? Of(type.GetGenericArguments()[0], ColumnForm.List)
            : Of(type, type == typeof(string) ? ColumnForm.Optional : ColumnForm.One);
    }

    /// <summary>The column that a file calls so.</summary>
    /// <exception cref="FormatException">There is no such type.</exception>
    public static ColumnType Named(string name)
    {
        ColumnForm form = name.EndsWith("[]", StringComparison.Ordinal) ? ColumnForm.Array : name.EndsWith('?') ? ColumnForm.Optional : ColumnForm.One;
        return ScalarTypes.Find(name.TrimEnd('[', ']', '?')) is { } scalar ? new ColumnType(scalar, form) : throw new FormatException($"There is no type '{name}'.");
    }

    /// <summary>A property's value as it is stored.</summary>
    /// <param name="value">What the record holds.</param>
    /// <param name="property">For messages.</param>
    /// <exception cref="ArgumentException">The value is of another type, or null where that is no value of the type.</exception>
    public object? Store(object? value, string property) => value switch
    {
        null when Form == ColumnForm.One => throw new ArgumentException($"Property '{property}' must have a value of type {Scalar.Type.Name}, but it is null."),
        null => null,
        _ when IsMany && Scalar.CopyToArray(value) is { } array => array,
        _ when !IsMany && value.GetType() == Scalar.Type => value,
        _ => throw new ArgumentException($"Property '{property}' must be of type {Scalar.Type.Name}{(IsMany ? "[]" : "")}, but it is of type {value.GetType().Name}."),
    };

    /// <summary>A stored value as a property holds it.</summary>
    public object? Restore(object? stored) => stored switch
    {
        Array array when Form == ColumnForm.List => Scalar.ToList(array),
        Array array => array.Clone(),
        _ => stored,
    };

    /// <summary>Writes a stored value.</summary>
    public void Write(Utf8JsonWriter json, object? stored)
    {
        if (stored is Array array)
        {
            json.WriteStartArray();
            foreach (object? element in array)
            {
                json.WriteStringValue(element is null ? null : Scalar.Format(element));
            }

            json.WriteEndArray();
        }
        else
        {
            json.WriteStringValue(stored is null ? null : Scalar.Format(stored));
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is no value of the type.</exception>
    /// <exception cref="OverflowException">A number is too large.</exception>
    public object? Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null when Form != ColumnForm.One => null,
        JsonValueKind.String when !IsMany => Scalar.Parse(json.GetString()!),
        JsonValueKind.Array when IsMany => Scalar.ParseArray([.. json.EnumerateArray().Select(element => Text(element))]),
        _ => throw new FormatException($"A value of type {Name} is a JSON {json.ValueKind}."),
    };

    private string? Text(JsonElement element) => element.ValueKind is JsonValueKind.String or JsonValueKind.Null
        ? element.GetString()
        : throw new FormatException($"An element of type {Scalar.Name} is a JSON {element.ValueKind}.");

    private static ColumnType? Of(Type scalar, ColumnForm form) => ScalarTypes.Find(scalar) is { } found ? new ColumnType(found, form) : null;
}
