using ManagedRetrieval.Data;
using Parquet;
using Parquet.Schema;

namespace ManagedRetrieval.Readers.Parquet;

/// <summary>A column of a Parquet file, read row group by row group and then row by row.</summary>
internal abstract class ParquetColumn
{
    /// <summary>Whether each row holds a list.</summary>
    public abstract bool IsList { get; }

    /// <summary>Reads the column of a row group.</summary>
    /// <exception cref="Exception">Whatever the package throws at damage.</exception>
    public abstract ValueTask LoadAsync(ParquetRowGroupReader group, CancellationToken cancellationToken);

    /// <summary>The next row's value; null where it is missing.</summary>
    public abstract ParquetValue? Next();

    /// <summary>The next row's list.</summary>
    public abstract IReadOnlyList<string> NextList();

    /// <summary>A column of the file, by its type.</summary>
    /// <exception cref="DataFormatException">It is neither values that rows can hold nor lists of such.</exception>
    public static ParquetColumn Create(RowSource source, Field field)
    {
        DataField? data = field as DataField ?? (field as ListField)?.Item as DataField;
        ParquetColumn? column = data is null || data.MaxRepetitionLevel > 1 ? null : Create(data);
        string type = data is null ? field.SchemaType.ToString() : data.ClrType.Name;
        return column ?? throw new DataFormatException(
            source.Name, null, $"column {DataFormatException.Quote(field.Name)} is of type {type}, expected texts, numbers, or lists of one of them.", isOneRow: false);
    }

    // Whole numbers that a long cannot hold become the nearest double, which refuses to be read as a whole number.
    private static ParquetColumn? Create(DataField field) => field.ClrType switch
    {
        Type type when type == typeof(string) || type == typeof(ReadOnlyMemory<char>) => new ParquetColumn<ReadOnlyMemory<char>>(field, ParquetValue.Of),
        Type type when type == typeof(long) => new ParquetColumn<long>(field, ParquetValue.Of),
        Type type when type == typeof(int) => new ParquetColumn<int>(field, value => ParquetValue.Of((long)value)),
        Type type when type == typeof(short) => new ParquetColumn<short>(field, value => ParquetValue.Of((long)value)),
        Type type when type == typeof(sbyte) => new ParquetColumn<sbyte>(field, value => ParquetValue.Of((long)value)),
        Type type when type == typeof(byte) => new ParquetColumn<byte>(field, value => ParquetValue.Of((long)value)),
        Type type when type == typeof(ushort) => new ParquetColumn<ushort>(field, value => ParquetValue.Of((long)value)),
        Type type when type == typeof(uint) => new ParquetColumn<uint>(field, value => ParquetValue.Of((long)value)),
        Type type when type == typeof(ulong) => new ParquetColumn<ulong>(field, value => value <= long.MaxValue ? ParquetValue.Of((long)value) : ParquetValue.Of((double)value)),
        Type type when type == typeof(float) => new ParquetColumn<float>(field, value => ParquetValue.Of((double)value)),
        Type type when type == typeof(double) => new ParquetColumn<double>(field, ParquetValue.Of),
        Type type when type == typeof(decimal) => new ParquetColumn<decimal>(field, value => ParquetValue.Of((double)value)),
        Type type when type == typeof(bool) => new ParquetColumn<bool>(field, value => ParquetValue.Of((value ? "true" : "false").AsMemory())),
        Type type when type == typeof(DateTime) => new ParquetColumn<DateTime>(
            field, value => ParquetValue.Of(new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc)).ToUnixTimeMilliseconds())),
        _ => null,
    };
}
