namespace ManagedRetrieval.Data;

/// <summary>Attributes of items, each kept once, in columns: the row of an item is the number of its id.</summary>
/// <remarks>Immutable. Equal elements of lists share one string.</remarks>
public sealed class ItemTable
{
    private const int RowsBetweenReports = 1 << 16;

    private readonly ItemAttribute[] _attributes;
    private readonly List<string?>[] _texts;
    private readonly List<double>[] _numbers;
    private readonly List<IReadOnlyList<string>>[] _lists;
    private readonly Dictionary<string, string> _elements = new(StringComparer.Ordinal);

    private ItemTable(KeyKind kind, ItemAttribute[] attributes)
    {
        Ids = new KeyIndex(kind);
        _attributes = attributes;
        _texts = [.. attributes.Select(_ => new List<string?>())];
        _numbers = [.. attributes.Select(_ => new List<double>())];
        _lists = [.. attributes.Select(_ => new List<IReadOnlyList<string>>())];
    }

    /// <summary>The items' ids; an item's number is its row.</summary>
    public KeyIndex Ids { get; }

    /// <summary>The number of items.</summary>
    public int Count => Ids.Count;

    /// <summary>The columns.</summary>
    public IReadOnlyList<ItemAttribute> Attributes => _attributes;

    /// <summary>Reads a table.</summary>
    /// <param name="source">Where the items come from.</param>
    /// <param name="idColumn">The column of the id.</param>
    /// <param name="ids">What ids are: the same as the items' keys of the log that the table is to be joined with.</param>
    /// <param name="attributes">The columns to read.</param>
    /// <param name="progress">Told every 65,536 rows and at the end.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <returns>The table, and the rows that were left out where the source's policy allows it.</returns>
    /// <exception cref="ArgumentException">A column is asked for twice.</exception>
    /// <exception cref="DataFormatException">
    /// A column is not there, a row has no id or the id of another row or a value that is not of the column's kind, or
    /// there are no rows.
    /// </exception>
    /// <exception cref="IOException">The source cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<(ItemTable Table, SkippedRows Skipped)> ReadAsync(
        RowSource source,
        string idColumn,
        KeyKind ids,
        IReadOnlyList<ItemAttribute> attributes,
        IProgress<ReadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(idColumn);
        ArgumentNullException.ThrowIfNull(attributes);
        var table = new ItemTable(ids, [.. attributes]);
        RowReader reader = await source.OpenAsync([idColumn, .. attributes.Select(attribute => attribute.Name)], cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    table.Add(reader);
                }
                catch (DataFormatException bad) when (reader.TrySkip(bad))
                {
                    continue;
                }

                if (reader.RowCount % RowsBetweenReports == 0)
                {
                    progress?.Report(reader.Progress);
                }
            }

            progress?.Report(reader.Progress);
            return (table, reader.Skipped);
        }
    }

    /// <summary>A column of texts by row; null where there is none.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold texts.</exception>
    public IReadOnlyList<string?> Texts(string name) => _texts[Find(name, RowValueKind.Text)];

    /// <summary>A column of numbers by row; NaN where there is none.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold numbers.</exception>
    public IReadOnlyList<double> Numbers(string name) => _numbers[Find(name, RowValueKind.Number)];

    /// <summary>A column of lists by row; empty where there is none.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold lists.</exception>
    public IReadOnlyList<IReadOnlyList<string>> Lists(string name) => _lists[Find(name, RowValueKind.List)];

    /// <summary>Finds the row of every item of a log.</summary>
    /// <param name="items">The items' keys, of the same kind as <see cref="Ids"/>.</param>
    /// <exception cref="ArgumentException">The keys are of another kind.</exception>
    public ItemJoin Join(KeyIndex items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return items.Kind == Ids.Kind
            ? new ItemJoin(Ids, items)
            : throw new ArgumentException($"The items' keys are of kind {items.Kind}, the table's ids of kind {Ids.Kind}; they must be the same.", nameof(items));
    }

    private void Add(RowReader reader)
    {
        // Everything that may fail comes first, so that a row that is left out leaves nothing behind.
        Ids.Check(reader, 0);
        if (Ids.Contains(reader, 0))
        {
            throw reader.BadRow($"item {DataFormatException.Quote(reader.GetText(0))} comes a second time, expected each item once.");
        }

        for (int i = 0; i < _attributes.Length; i++)
        {
            Check(reader, i + 1, _attributes[i].Kind);
        }

        Ids.Add(reader, 0);
        for (int i = 0; i < _attributes.Length; i++)
        {
            bool missing = reader.GetKind(i + 1) == RowValueKind.Missing;
            switch (_attributes[i].Kind)
            {
                case RowValueKind.Text:
                    _texts[i].Add(missing ? null : reader.GetText(i + 1).ToString());
                    break;
                case RowValueKind.Number:
                    _numbers[i].Add(missing ? double.NaN : reader.GetNumber(i + 1));
                    break;
                default:
                    _lists[i].Add([.. reader.GetList(i + 1, _attributes[i].Separator).Select(Share)]);
                    break;
            }
        }
    }

    private static void Check(RowReader reader, int column, RowValueKind kind)
    {
        if (reader.GetKind(column) == RowValueKind.Missing)
        {
            return;
        }

        if (kind == RowValueKind.Text)
        {
            reader.GetText(column);
        }
        else if (kind == RowValueKind.Number)
        {
            reader.GetNumber(column);
        }
    }

    private string Share(string element)
    {
        _elements.TryAdd(element, element);
        return _elements[element];
    }

    private int Find(string name, RowValueKind kind)
    {
        ArgumentNullException.ThrowIfNull(name);
        int found = Array.FindIndex(_attributes, attribute => attribute.Name == name);
        return found >= 0 && _attributes[found].Kind == kind
            ? found
            : throw new ArgumentException(
                found >= 0
                    ? $"Column {DataFormatException.Quote(name)} is of kind {_attributes[found].Kind}, not {kind}."
                    : $"There is no column {DataFormatException.Quote(name)}, only {DataFormatException.List([.. _attributes.Select(attribute => attribute.Name)])}.",
                nameof(name));
    }
}
