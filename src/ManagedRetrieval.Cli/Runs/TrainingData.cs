using System.Globalization;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Data;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.Readers;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>The data of a run: its parts, its corpus, and what was held out.</summary>
/// <remarks>
/// The corpus is every item of the log, in any part, by its number there; then, where wanted, the further rows of the
/// items' table. All keys are texts.
/// </remarks>
internal sealed class TrainingData
{
    private readonly ItemTable? _users;
    private readonly ItemTable? _items;
    private readonly ItemJoin? _userRows;
    private readonly ItemJoin? _itemRows;

    private TrainingData(InteractionSplit split, ItemTable? users, ItemTable? items, EvaluationDescription evaluation)
    {
        (Split, _users, _items) = (split, users, items);
        (_userRows, _itemRows) = (users?.Join(split.Train.Users), items?.Join(split.Train.Items));
        List<Entity> corpus = [.. Enumerable.Range(0, split.Train.Items.Count).Select(Item)];
        if (evaluation.AllItems && items is not null)
        {
            HashSet<string> known = [.. corpus.Select(item => item.Key)];
            corpus.AddRange(Enumerable.Range(0, items.Count)
                .Where(row => !known.Contains(items.Ids.Describe(row)))
                .Select(row => new Entity(items.Ids.Describe(row), 0, [], new TableRow(items, row))));
        }

        Corpus = corpus;
        Validation = HeldOut(split.Validation, evaluation, split.Train);
        Test = HeldOut(split.Test, evaluation, split.Train, split.Validation);
    }

    public InteractionSplit Split { get; }

    public IReadOnlyList<Entity> Corpus { get; }

    /// <summary>Null where nothing was held out.</summary>
    public HeldOutQueries? Validation { get; }

    public HeldOutQueries? Test { get; }

    /// <summary>Reads and cuts.</summary>
    /// <exception cref="DataFormatException">A file cannot be read; the message names the line.</exception>
    /// <exception cref="ToolException">Nothing is left to train on.</exception>
    public static async Task<TrainingData> LoadAsync(DataSettings settings, IReadOnlyList<ModelDescription> models, ulong seed, Terminal terminal, CancellationToken cancellationToken)
    {
        ModelDescription first = models[0];
        InteractionSplit split = await SplitAsync(settings, first.Split, seed, terminal, cancellationToken).ConfigureAwait(false);
        if (split.Train.Count < 2)
        {
            throw new ToolException(string.Create(CultureInfo.InvariantCulture, $"The training part of '{settings.Data}' has {split.Train.Count} interactions, expected at least 2."));
        }

        ItemTable? users = await TableAsync(
            settings.Users, "--users", settings.UserIdColumn ?? settings.UserColumn, models.SelectMany(model => model.Query.Features), [], settings, terminal, cancellationToken).ConfigureAwait(false);
        ItemTable? items = await TableAsync(
            settings.Items, "--items", settings.ItemIdColumn ?? settings.ItemColumn, models.SelectMany(model => model.Candidate.Features), Shown(settings), settings, terminal, cancellationToken).ConfigureAwait(false);
        var data = new TrainingData(split, users, items, first.Evaluation);
        if (data._itemRows is { ItemsWithoutAttributes: > 0 } join)
        {
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture, $"{join.ItemsWithoutAttributes:n0} items are not in '{settings.Items}', such as {string.Join(", ", join.FirstItemsWithoutAttributes.Take(3))}."));
        }

        return data;
    }

    /// <summary>The training pairs: each interaction, with what its user did before it, and how much it weighs.</summary>
    /// <param name="recency">How weights fall with age; null weighs all alike.</param>
    public TrainingPairs Pairs(RecencyDescription? recency)
    {
        InteractionLog train = Split.Train;
        var lines = new TimeLines(train);
        int[] positions = TimeLines.Positions(train);
        float[] weights = recency is null
            ? []
            : [.. positions.Select((position, i) => (float)recency.Weight(lines.All(train.UserColumn[i]).Count - 1 - position))];
        int[] rows = [.. Enumerable.Range(0, train.Count).Where(i => recency is null || weights[i] >= RecencyDescription.Least)];
        return new TrainingPairs(
            train.Select(rows),
            [.. rows.Select(i => User(train.UserColumn[i], train.HasTimes ? train.TimeColumn[i] : 0, lines.First(train.UserColumn[i], positions[i])))],
            recency is null ? [] : [.. rows.Select(i => weights[i])]);
    }

    /// <summary>What features are fitted on: the training part alone.</summary>
    /// <param name="earlier">A model whose users and items keep their places; null for none.</param>
    public FitData QueryFit(SavedModel? earlier)
    {
        int[] users = Split.Train.UserColumn.ToArray();
        return new FitData([.. users.Distinct().Select(user => User(user, 0, []))], users.Select(Split.Train.Users.Describe), ItemKeys())
        {
            EarlierKeys = earlier?.UserKeys ?? [],
            EarlierItems = earlier?.ItemKeys ?? [],
        };
    }

    /// <summary>What features are fitted on: the training part alone.</summary>
    /// <param name="earlier">A model whose items keep their places; null for none.</param>
    public FitData CandidateFit(SavedModel? earlier) => new([.. Split.Train.ItemColumn.ToArray().Distinct().Select(Item)], ItemKeys(), ItemKeys())
    {
        EarlierKeys = earlier?.ItemKeys ?? [],
        EarlierItems = earlier?.ItemKeys ?? [],
    };

    /// <summary>A column of the items' table for each row of the corpus; the key where there is none.</summary>
    public IReadOnlyList<string> Labels(string? column) => [.. Corpus.Select(item => (column is null ? null : item.Attributes.Shown(column)) ?? item.Key)];

    /// <summary>How often each row of the corpus occurs in the training part.</summary>
    public long[] Popularity()
    {
        long[] counts = new long[Corpus.Count];
        foreach (int item in Split.Train.ItemColumn)
        {
            counts[item]++;
        }

        return counts;
    }

    private static IEnumerable<ItemAttribute> Shown(DataSettings settings) =>
        ((string?[])[settings.LabelColumn, settings.GroupColumn]).OfType<string>().Select(ItemAttribute.Text);

    private static async Task<InteractionSplit> SplitAsync(
        DataSettings settings, SplitDescription description, ulong seed, Terminal terminal, CancellationToken cancellationToken)
    {
        var columns = new InteractionColumns { User = settings.UserColumn, Item = settings.ItemColumn, Time = settings.TimeColumn, Weight = settings.WeightColumn, Negatives = settings.NegativesColumn };
        if (settings.Test is { } test)
        {
            (InteractionSplit given, IReadOnlyList<SkippedRows> all) = await terminal.ReadAsync($"Reading {settings.Data}", progress => InteractionSplit.ReadAsync(
                Source(settings.Data, settings), settings.Validation is { } file ? Source(file, settings) : null, Source(test, settings), columns, progress, cancellationToken)).ConfigureAwait(false);
            TellOf(all, terminal);
            return given;
        }

        (InteractionLog log, SkippedRows skipped) = await terminal.ReadAsync(
            $"Reading {settings.Data}", progress => InteractionLog.ReadAsync(Source(settings.Data, settings), columns, progress, cancellationToken)).ConfigureAwait(false);
        TellOf([skipped], terminal);
        try
        {
            return description.Type switch
            {
                SplitKind.Random => InteractionSplit.Random(log, description.ValidationShare, description.TestShare, seed),
                SplitKind.Latest => InteractionSplit.Latest(log, description.ValidationShare, description.TestShare),
                _ => InteractionSplit.LeaveLastOut(log),
            };
        }
        catch (ArgumentException refused)
        {
            throw new ToolException($"The data cannot be cut as described: {refused.Message}", refused);
        }
    }

    private static async Task<ItemTable?> TableAsync(
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

        (ItemTable table, SkippedRows skipped) = await terminal.ReadAsync($"Reading {path}", progress =>
            ItemTable.ReadAsync(Source(path, settings with { Format = RowFormat.ByExtension }), idColumn, KeyKind.Text, attributes, progress, cancellationToken)).ConfigureAwait(false);
        TellOf([skipped], terminal);
        return table;
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
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{skipped.Count:n0} rows were left out. The first: {Terminal.OneLine(skipped.FirstMessages[0])}"));
        }
    }

    private HeldOutQueries? HeldOut(InteractionLog part, EvaluationDescription evaluation, params InteractionLog[] before)
    {
        if (part.Count == 0)
        {
            return null;
        }

        InteractionLog[] excluded = evaluation.ExcludeSeen ? before : [];
        var lines = new TimeLines(before);
        if (evaluation.EachInteraction)
        {
            return new HeldOutQueries(HeldOutInteractions.ByInteraction(part, excluded), [.. Enumerable.Range(0, part.Count).Select(i =>
            {
                long time = part.HasTimes ? part.TimeColumn[i] : 0;
                return User(part.UserColumn[i], time, part.HasTimes ? lines.Before(part.UserColumn[i], time) : lines.All(part.UserColumn[i]));
            })]);
        }

        long[] first = new long[part.Users.Count];
        Array.Fill(first, long.MaxValue);
        for (int i = 0; part.HasTimes && i < part.Count; i++)
        {
            first[part.UserColumn[i]] = Math.Min(first[part.UserColumn[i]], part.TimeColumn[i]);
        }

        HeldOutInteractions heldOut = HeldOutInteractions.ByUser(part, excluded);
        return new HeldOutQueries(heldOut, [.. heldOut.Users.ToArray().Select(user => User(user, part.HasTimes ? first[user] : 0, lines.All(user)))]);
    }

    private IEnumerable<string> ItemKeys() => Split.Train.ItemColumn.ToArray().Select(Split.Train.Items.Describe);

    private Entity User(int user, long time, IReadOnlyList<string> history) =>
        new(Split.Train.Users.Describe(user), time, history, _userRows is { } rows ? new TableRow(_users, rows.Rows[user]) : TableRow.None);

    private Entity Item(int item) =>
        new(Split.Train.Items.Describe(item), 0, [], _itemRows is { } rows ? new TableRow(_items, rows.Rows[item]) : TableRow.None);
}
