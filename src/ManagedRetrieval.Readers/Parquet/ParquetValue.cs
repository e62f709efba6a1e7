using System.Globalization;

namespace ManagedRetrieval.Readers.Parquet;

/// <summary>A value of a Parquet file in the form that rows have: a text, a whole number or a number.</summary>
internal readonly struct ParquetValue
{
    private ParquetValue(ReadOnlyMemory<char>? text, long? integer, double number) => (Text, Integer, Number) = (text, integer, number);

    /// <summary>The text; null for numbers.</summary>
    public ReadOnlyMemory<char>? Text { get; }

    /// <summary>The whole number; null for texts and other numbers.</summary>
    public long? Integer { get; }

    /// <summary>The number, where it is neither.</summary>
    public double Number { get; }

    public static ParquetValue Of(ReadOnlyMemory<char> text) => new(text, null, 0);

    public static ParquetValue Of(long integer) => new(null, integer, 0);

    public static ParquetValue Of(double number) => new(null, null, number);

    public override string ToString() =>
        Text?.ToString() ?? Integer?.ToString(CultureInfo.InvariantCulture) ?? Number.ToString(CultureInfo.InvariantCulture);
}
