using System.Globalization;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Data;
using ManagedRetrieval.Readers;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>Reads the files of a run.</summary>
internal static class DataFiles
{
    /// <summary>What the report shows of items.</summary>
    public static IEnumerable<ItemAttribute> Shown(DataSettings settings) =>
        ((string?[])[settings.LabelColumn, settings.GroupColumn]).OfType<string>().Select(ItemAttribute.Text);

    /// <summary>Reads interactions, without a word.</summary>
    public static async Task<InteractionLog> LogAsync(DataSettings settings, CancellationToken cancellationToken) =>
        (await NamingAsync(Options(settings), InteractionLog.ReadAsync(Source(settings.Data, settings), Columns(settings), cancellationToken: cancellationToken)).ConfigureAwait(false)).Log;

    /// <summary>Reads interactions and cuts them, or reads the parts that others cut.</summary>
    public static async Task<InteractionSplit> SplitAsync(
        DataSettings settings, SplitDescription description, ulong seed, Terminal terminal, CancellationToken cancellationToken)
    {
        InteractionColumns columns = Columns(settings);
        (string?, string)[] options = Options(settings);
        if (settings.Test is { } test)
        {
            (InteractionSplit given, IReadOnlyList<SkippedRows> all) = await NamingAsync(options, terminal.ReadAsync($"Reading {settings.Data}", progress => InteractionSplit.ReadAsync(
                Source(settings.Data, settings), settings.Validation is { } file ? Source(file, settings) : null, Source(test, settings), columns, progress, cancellationToken))).ConfigureAwait(false);
            TellOf(all, terminal);
            return given;
        }

        (InteractionLog log, SkippedRows skipped) = await NamingAsync(options, terminal.ReadAsync(
            $"Reading {settings.Data}", progress => InteractionLog.ReadAsync(Source(settings.Data, settings), columns, progress, cancellationToken))).ConfigureAwait(false);
        TellOf([skipped], terminal);
        InteractionLog left = description.Thin(log);
        if (description.IsThinned)
        {
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{left.Count:n0} of {Counted.Of(log.Count, "interaction")} {(left.Count == 1 ? "is" : "are")} left without duplicates and what occurs too seldom."));
        }

        try
        {
            return description.Type switch
            {
                SplitKind.Random => InteractionSplit.Random(left, description.ValidationShare, description.TestShare, seed),
                SplitKind.Latest => InteractionSplit.Latest(left, description.ValidationShare, description.TestShare),
                _ => InteractionSplit.LeaveLastOut(left),
            };
        }
        catch (ArgumentException refused)
        {
            throw new ToolException($"The data cannot be cut as described: {refused.Message}", refused);
        }
    }

    /// <summary>Reads the columns of a table that features and the report need; null where they need none.</summary>
    public static async Task<ItemTable?> TableAsync(
        string? path,
        string option,
        string idColumn,
        IEnumerable<FeatureDescription> features,
        IEnumerable<ItemAttribute> others,
        DataSettings settings,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        ItemAttribute[] attributes = [.. features.Select(feature => feature.Attribute()).OfType<ItemAttribute>().DistinctBy(attribute => (attribute.Name, attribute.Kind, attribute.Separator))];
        if (attributes.GroupBy(attribute => attribute.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new ToolException($"Features read '{twice.Key}' as {string.Join(" and as ", twice.Select(attribute => attribute.Kind.ToString().ToLowerInvariant()))}, or with different separators; a column can be read in one way.");
        }

        // What is shown to people is read as features read it, where they do.
        attributes = [.. attributes.Concat(others).DistinctBy(attribute => attribute.Name)];
        if (path is null)
        {
            return attributes.Length == 0 ? null : throw new ToolException($"The model reads '{attributes[0].Name}', but there is no table that has it; give one by {option}.");
        }

        (string?, string)[] options = option == "--items" ? [(idColumn, "--item-id"), (settings.LabelColumn, "--label"), (settings.GroupColumn, "--group")] : [(idColumn, "--user-id")];
        (ItemTable table, SkippedRows skipped) = await NamingAsync(options, terminal.ReadAsync($"Reading {path}", progress =>
            ItemTable.ReadAsync(Source(path, settings with { Format = RowFormat.ByExtension }), idColumn, KeyKind.Text, attributes, progress, cancellationToken))).ConfigureAwait(false);
        TellOf([skipped], terminal);
        return table;
    }

    private static InteractionColumns Columns(DataSettings settings) => new()
    {
        User = settings.UserColumn,
        Item = settings.ItemColumn,
        Time = settings.TimeColumn,
        TimeFormat = settings.TimeFormat,
        Weight = settings.WeightColumn,
        Negatives = settings.NegativesColumn,
    };

    private static (string?, string)[] Options(DataSettings settings) =>
        [(settings.UserColumn, "--user"), (settings.ItemColumn, "--item"), (settings.TimeColumn, "--time"), (settings.WeightColumn, "--weight"), (settings.NegativesColumn, "--negatives")];

    /// <summary>Reads, and where there is no such column says which option names it: it may have been left out, and the column is the default.</summary>
    private static async Task<T> NamingAsync<T>((string? Column, string Option)[] options, Task<T> reading)
    {
        try
        {
            return await reading.ConfigureAwait(false);
        }
        catch (DataFormatException wrong) when (wrong.MissingColumn is { } missing && options.Any(known => known.Column == missing))
        {
            throw new ToolException($"{wrong.Message} Name the column by {options.First(known => known.Column == missing).Option}.", wrong);
        }
    }

    private static FileRowSource Source(string path, DataSettings settings)
    {
        try
        {
            return new(path, settings.Format, new RowSourceOptions { BadRows = settings.SkipBadRows ? BadRowPolicy.Skip : BadRowPolicy.Fail });
        }
        catch (ArgumentException unknown) when (settings.Format == RowFormat.ByExtension)
        {
            throw new ToolException($"'{path}': the extension '{Path.GetExtension(path)}' tells no format, expected .csv, .tsv, .tab, .jsonl, .ndjson, .parquet or .adj, or for interactions one by --format.", unknown);
        }
    }

    // After the reading, not within: lines would break its bar.
    private static void TellOf(IEnumerable<SkippedRows> files, Terminal terminal)
    {
        foreach (SkippedRows skipped in files.Where(file => file.Count > 0))
        {
            terminal.Line($"{Counted.Of(skipped.Count, "row was", "rows were")} left out. The first: {Terminal.OneLine(skipped.FirstMessages[0])}");
        }
    }
}
