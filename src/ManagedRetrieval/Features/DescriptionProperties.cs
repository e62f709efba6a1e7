using System.Text.Json;

namespace ManagedRetrieval.Features;

/// <summary>The properties of one object of a model's description, read with checks that say what came and what was expected.</summary>
internal sealed class DescriptionProperties
{
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
    private readonly string _subject;

    /// <exception cref="FormatException"><paramref name="json"/> is not an object, or has one property twice.</exception>
    public DescriptionProperties(JsonElement json, string subject)
    {
        _subject = subject;
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{subject} is {Show(json)}, expected an object.");
        }

        foreach (JsonProperty property in json.EnumerateObject())
        {
            string name = Decode(() => property.Name)
                ?? throw new FormatException($"{subject}: the name in {Cut(property.ToString())} is not valid Unicode.");
            if (!_values.TryAdd(name, property.Value))
            {
                throw new FormatException($"{subject}: property '{name}' comes twice, expected once.");
            }
        }
    }

    /// <exception cref="FormatException">There is a property of another name.</exception>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        foreach ((string name, JsonElement value) in _values)
        {
            if (!names.Contains(name))
            {
                throw Error(name, Show(value), "no such property, only " + string.Join(", ", names!));
            }
        }
    }

    public string GetString(string name, params ReadOnlySpan<string> allowed)
    {
        string expected = "one of \"" + string.Join("\", \"", allowed!) + "\"";
        JsonElement value = Get(name, expected);
        string? text = value.ValueKind == JsonValueKind.String ? Decode(value.GetString) : null;
        return text is not null && allowed.Contains(text) ? text : throw Error(name, Show(value), expected);
    }

    public int GetInt(string name, int minimum, int maximum)
    {
        string expected = FormattableString.Invariant($"an integer from {minimum} to {maximum}");
        JsonElement value = Get(name, expected);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            && number >= minimum && number <= maximum
            ? number
            : throw Error(name, Show(value), expected);
    }

    /// <summary>Null where the property is null; it must be there.</summary>
    public int? GetOptionalInt(string name, int minimum, int maximum) =>
        Get(name, "an integer or null").ValueKind == JsonValueKind.Null ? null : GetInt(name, minimum, maximum);

    public double GetNumber(string name)
    {
        const string Expected = "a finite number";
        JsonElement value = Get(name, Expected);

        // What is too large for a double is read as infinity.
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Error(name, Show(value), Expected);
    }

    public double GetNumber(string name, double minimum, double maximum)
    {
        string expected = FormattableString.Invariant($"a number from {minimum} to {maximum}");
        JsonElement value = Get(name, expected);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
            && number >= minimum && number <= maximum
            ? number
            : throw Error(name, Show(value), expected);
    }

    /// <summary>Null where the property is null; it must be there.</summary>
    public double? GetOptionalNumber(string name) =>
        Get(name, "a finite number or null").ValueKind == JsonValueKind.Null ? null : GetNumber(name);

    public int[] GetInts(string name, int minimum, int maximum)
    {
        string expected = FormattableString.Invariant($"integers from {minimum} to {maximum}");
        return [.. GetArray(name).Select(value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= minimum && number <= maximum
            ? number
            : throw Error(name, Show(value), expected))];
    }

    public JsonElement GetElement(string name) => Get(name, "an object or null");

    public IReadOnlyList<JsonElement> GetArray(string name)
    {
        const string Expected = "an array";
        JsonElement value = Get(name, Expected);
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw Error(name, Show(value), Expected);
    }

    public string GetText(string name)
    {
        const string Expected = "a non-empty string";
        JsonElement value = Get(name, Expected);
        return value.ValueKind == JsonValueKind.String && Decode(value.GetString) is { Length: > 0 } text ? text : throw Error(name, Show(value), Expected);
    }

    /// <summary>Null where the property is null; it must be there.</summary>
    public string? GetOptionalText(string name) => Get(name, "a non-empty string or null").ValueKind == JsonValueKind.Null ? null : GetText(name);

    public ulong GetUnsigned(string name)
    {
        const string Expected = "an integer from 0 to 18446744073709551615";
        JsonElement value = Get(name, Expected);
        return value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number)
            ? number
            : throw Error(name, Show(value), Expected);
    }

    public bool GetBoolean(string name)
    {
        const string Expected = "true or false";
        JsonElement value = Get(name, Expected);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Error(name, Show(value), Expected);
    }

    /// <summary>Calls a constructor whose arguments come from the file: what it refuses is the file's fault.</summary>
    public T Build<T>(Func<T> create)
    {
        try
        {
            return create();
        }
        catch (ArgumentException refused)
        {
            throw new FormatException($"{_subject}: {MessageOf(refused)}", refused);
        }
    }

    /// <summary>What is wrong, without the name of a parameter of ours, which a reader of the file does not know.</summary>
    public static string MessageOf(ArgumentException refused) =>
        refused.ParamName is { } name ? refused.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : refused.Message;

    public FormatException Error(string name, string came, string expected) =>
        new($"{_subject}: property '{name}' is {came}, expected {expected}.");

    private JsonElement Get(string name, string expected) =>
        _values.TryGetValue(name, out JsonElement value) ? value : throw Error(name, "missing", expected);

    // JSON text can escape half a surrogate pair; only decoding it finds out, by an InvalidOperationException.
    private static string? Decode(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Show(JsonElement value) =>
        Cut(value.ValueKind == JsonValueKind.Undefined ? "nothing" : value.GetRawText());

    // A file may hold anything; its text in a message must stay readable.
    private static string Cut(string text)
    {
        const int Longest = 80;
        return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…");
    }
}
