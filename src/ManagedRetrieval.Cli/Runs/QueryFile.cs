using System.Runtime.CompilerServices;
using System.Text;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Data;
using ManagedRetrieval.Readers;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>A file of queries: rows with a <c>query</c> and, where there are such columns, <c>history</c>, <c>at</c> and <c>exclude</c>, and no others.</summary>
/// <remarks>Lists are lists, or ids with spaces between them.</remarks>
internal static class QueryFile
{
    private const string Query = "query", History = "history", Time = "at", Exclude = "exclude";

    /// <summary>Whether there is a word to look for: without a letter or digit every candidate would score alike, and the order would mean nothing.</summary>
    public static bool HoldsWord(string query) => query.EnumerateRunes().Any(Rune.IsLetterOrDigit);

    /// <summary>Reads the queries one after the other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="needsHistory">Whether a query without a history is an error, and one without a text none.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ToolException">There is no such file, or its extension tells no format.</exception>
    /// <exception cref="DataFormatException">A row cannot be read; the message names file and line.</exception>
    public static async IAsyncEnumerable<QueryRequest> ReadAsync(string path, bool needsHistory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RowSource source = Open(path);
        bool hasQuery = !needsHistory || await HasAsync(source, Query, cancellationToken).ConfigureAwait(false);
        var columns = new List<string>(hasQuery ? [Query] : []);
        foreach (string column in (string[])[History, Time, Exclude])
        {
            if ((needsHistory && column == History) || await HasAsync(source, column, cancellationToken).ConfigureAwait(false))
            {
                columns.Add(column);
            }
        }

        int query = columns.IndexOf(Query), history = columns.IndexOf(History), time = columns.IndexOf(Time), exclude = columns.IndexOf(Exclude);
        RowReader reader = await source.OpenAsync(columns, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                string text = query < 0 || (needsHistory && reader.GetKind(query) == RowValueKind.Missing) ? "" : reader.GetText(query).ToString();
                IReadOnlyList<string> met = Ids(reader, history);
                if (needsHistory ? met.Count == 0 : !HoldsWord(text))
                {
                    throw needsHistory ? reader.BadRow("the model reads what a user met before, but there is no history.") : reader.Unexpected(query, "a word to look for");
                }

                long asked = time < 0 || reader.GetKind(time) == RowValueKind.Missing ? 0 : reader.GetInteger(time);
                yield return new QueryRequest(new Entity(text, asked, met, TableRow.None), Ids(reader, exclude));
            }
        }
    }

    private static IReadOnlyList<string> Ids(RowReader reader, int column) => column < 0 ? []
        : reader.GetKind(column) == RowValueKind.List ? [.. reader.GetList(column)]
        : [.. reader.GetList(column, ' ').Where(id => id.Length > 0)];

    /// <summary>Whether any row has a value in a column.</summary>
    private static async Task<bool> HasAsync(RowSource source, string column, CancellationToken cancellationToken)
    {
        try
        {
            RowReader reader = await source.OpenAsync([column], cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (reader.GetKind(0) != RowValueKind.Missing)
                    {
                        return true;
                    }
                }
            }
        }
        catch (DataFormatException)
        {
            // There is no such column; or a row before it is bad, where reading the queries will stop and say so.
        }

        return false;
    }

    private static FileRowSource Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new ToolException(Directory.Exists(path) ? $"'{path}' is a folder, not a file of queries." : $"There is no file of queries '{path}'.");
        }

        try
        {
            return new(path, options: new RowSourceOptions { KnownColumns = [Query, History, Time, Exclude] });
        }
        catch (ArgumentException unknown)
        {
            throw new ToolException($"'{path}': the extension '{Path.GetExtension(path)}' tells no format, expected .jsonl, .ndjson, .csv, .tsv, .tab or .parquet.", unknown);
        }
    }
}
