using System.Globalization;
using System.Runtime.CompilerServices;

namespace ManagedRetrieval.Data;

/// <summary>The interactions of a source, one after the other: for data that does not fit into memory, whose keys do.</summary>
/// <remarks>Not safe for several threads.</remarks>
public sealed class InteractionStream
{
    private const int RowsBetweenReports = 1 << 16;

    private readonly RowSource _source;
    private readonly InteractionColumns _columns;
    private readonly int _timeColumn;
    private readonly int _weightColumn;
    private readonly int _negativesColumn;

    /// <summary>The interactions of a source.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="columns">Which columns hold what; null for "user" and "item" alone, as texts.</param>
    public InteractionStream(RowSource source, InteractionColumns? columns = null)
        : this(source, columns ?? new InteractionColumns(), null, null)
    {
    }

    internal InteractionStream(RowSource source, InteractionColumns columns, KeyIndex? users, KeyIndex? items)
    {
        ArgumentNullException.ThrowIfNull(source);
        (_source, _columns) = (source, columns);
        (Users, Items) = (users ?? new KeyIndex(columns.UserKeys), items ?? new KeyIndex(columns.ItemKeys));
        _timeColumn = columns.Time is null ? -1 : 2;
        _weightColumn = columns.Weight is null ? -1 : columns.Time is null ? 2 : 3;
        _negativesColumn = columns.Negatives is null ? -1 : columns.Names().Count - 1;
    }

    /// <summary>The users' keys so far.</summary>
    public KeyIndex Users { get; }

    /// <summary>The items' keys so far.</summary>
    public KeyIndex Items { get; }

    /// <summary>The items that are wrong for the user of the interaction read last.</summary>
    internal List<int> Negatives { get; } = [];

    /// <summary>The rows that the last reading has left out so far.</summary>
    public SkippedRows Skipped { get; private set; } = new();

    /// <summary>Reads the interactions from the first on. Keys keep their numbers from one reading to the next.</summary>
    /// <param name="progress">Told every 65,536 rows and at the end.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <exception cref="ArgumentException">Two of the columns are one.</exception>
    /// <exception cref="DataFormatException">
    /// A column is not there; a row has no key, or a number that cannot be read; or there are no rows.
    /// </exception>
    /// <exception cref="IOException">The source cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async IAsyncEnumerable<Interaction> ReadAsync(
        IProgress<ReadProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        RowReader reader = await _source.OpenAsync(_columns.Names(), cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            Skipped = reader.Skipped;
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (!TryRead(reader, out Interaction interaction))
                {
                    continue;
                }

                yield return interaction;
                if (reader.RowCount % RowsBetweenReports == 0)
                {
                    progress?.Report(reader.Progress);
                }
            }

            progress?.Report(reader.Progress);
        }
    }

    private bool TryRead(RowReader reader, out Interaction interaction)
    {
        try
        {
            // Everything that may fail comes first, so that a row that is left out leaves nothing behind, not even a key.
            long time = _timeColumn < 0 ? 0 : ReadTime(reader, _timeColumn);
            float weight = _weightColumn < 0 ? 1 : ReadWeight(reader, _weightColumn);
            Users.Check(reader, 0);
            Items.Check(reader, 1);
            IReadOnlyList<string> negatives = _negativesColumn < 0 ? [] : reader.GetList(_negativesColumn, _columns.NegativesSeparator);
            Items.Check(reader, _negativesColumn, negatives);
            interaction = new Interaction(Users.Add(reader, 0), Items.Add(reader, 1), time, weight);
            Negatives.Clear();
            foreach (string negative in negatives)
            {
                if (negative.Length > 0)
                {
                    Negatives.Add(Items.Add(negative.AsSpan()));
                }
            }

            return true;
        }
        catch (DataFormatException bad) when (reader.TrySkip(bad))
        {
            interaction = default;
            return false;
        }
    }

    private long ReadTime(RowReader reader, int column)
    {
        if (_columns.TimeFormat == TimeFormat.Number)
        {
            return reader.GetInteger(column);
        }

        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces;
        return reader.GetKind(column) == RowValueKind.Text && DateTimeOffset.TryParse(reader.GetText(column), CultureInfo.InvariantCulture, Styles, out DateTimeOffset time)
            ? time.ToUnixTimeMilliseconds()
            : throw reader.Unexpected(column, "a date such as 2018-09-26 17:03:05");
    }

    private static float ReadWeight(RowReader reader, int column)
    {
        float weight = (float)reader.GetNumber(column);
        return float.IsFinite(weight) ? weight : throw reader.Unexpected(column, "a number that a float can hold");
    }
}
