using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace ManagedRetrieval.Readers.Parquet;

/// <summary>A column of one type.</summary>
/// <remarks>
/// Values stand without gaps. Definition levels say where one is missing, repetition levels where a row begins (Melnik
/// and others, "Dremel", VLDB 2010).
/// </remarks>
internal sealed class ParquetColumn<T>(DataField data, Func<T, ParquetValue> convert) : ParquetColumn
    where T : struct
{
    private T[] _values = [];
    private int[] _definitions = [];
    private int[] _repetitions = [];
    private int _slots;
    private int _slot;
    private int _value;

    public override bool IsList => data.MaxRepetitionLevel > 0;

    public override async ValueTask LoadAsync(ParquetRowGroupReader group, CancellationToken cancellationToken)
    {
        long slots = group.GetMetadata(data)?.MetaData?.NumValues ?? -1;
        if (slots < 0 || slots > Array.MaxLength || (!IsList && slots != group.RowCount))
        {
            throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"the column chunk is said to have {slots} values, the row group {group.RowCount} rows"));
        }

        (_slots, _slot, _value) = ((int)slots, 0, 0);
        Grow(ref _values);
        Memory<int>? definitions = null;
        if (data.MaxDefinitionLevel > 0)
        {
            Grow(ref _definitions);
            definitions = _definitions.AsMemory(0, _slots);
        }

        Memory<int>? repetitions = null;
        if (IsList)
        {
            Grow(ref _repetitions);
            repetitions = _repetitions.AsMemory(0, _slots);
        }

        await group.ReadRawAsync(data, _values.AsMemory(0, _slots), definitions, repetitions, cancellationToken).ConfigureAwait(false);
    }

    public override ParquetValue? Next() => TryTake(out T value) ? convert(value) : null;

    public override IReadOnlyList<string> NextList()
    {
        // A list that is null or empty has one slot without a value, and so has a null among the elements.
        var elements = new List<string>();
        do
        {
            if (TryTake(out T value))
            {
                elements.Add(convert(value).ToString());
            }
        }
        while (_slot < _slots && _repetitions[_slot] > 0);
        return elements;
    }

    private bool TryTake(out T value)
    {
        if (_slot >= _slots)
        {
            throw new InvalidDataException("the column has fewer rows than its row group");
        }

        bool isThere = data.MaxDefinitionLevel == 0 || _definitions[_slot] == data.MaxDefinitionLevel;
        _slot++;
        value = isThere ? _values[_value++] : default;
        return isThere;
    }

    private void Grow<TElement>(ref TElement[] array)
    {
        if (array.Length < _slots)
        {
            array = new TElement[_slots];
        }
    }
}
