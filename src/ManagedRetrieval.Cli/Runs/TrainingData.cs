using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Data;
using ManagedRetrieval.Evaluation;

namespace ManagedRetrieval.Cli.Runs;

/// <summary>The data of a run: its parts, its corpus, and what was held out.</summary>
/// <remarks>
/// The corpus is every item of the log, in any part, by its number there. Where wanted, the further rows of the items' table
/// are items of the log too, which nobody has met, so that baselines rank them as models do. All keys are texts.
/// </remarks>
internal sealed class TrainingData
{
    private readonly EvaluationDescription _evaluation;
    private readonly ItemTable? _users;
    private readonly ItemTable? _items;
    private readonly ItemJoin? _userRows;
    private readonly ItemJoin? _itemRows;

    private TrainingData(InteractionSplit split, ItemTable? users, ItemTable? items, EvaluationDescription evaluation)
    {
        (Split, _users, _items, _evaluation) = (split, users, items, evaluation);
        (_userRows, _itemRows) = (users?.Join(split.Train.Users), items?.Join(split.Train.Items));
        Corpus = [.. Enumerable.Range(0, split.Train.Items.Count).Select(Item)];
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
        InteractionSplit split = await DataFiles.SplitAsync(settings, first.Split, seed, terminal, cancellationToken).ConfigureAwait(false);
        if (split.Train.Count < 2)
        {
            throw new ToolException($"The training part of '{settings.Data}' has {Counted.Of(split.Train.Count, "interaction")}, expected at least 2.");
        }

        ItemTable? users = await DataFiles.TableAsync(
            settings.Users, "--users", settings.UserIdColumn ?? settings.UserColumn, models.SelectMany(model => model.Query.Features), [], settings, terminal, cancellationToken).ConfigureAwait(false);
        ItemTable? items = await DataFiles.TableAsync(
            settings.Items, "--items", settings.ItemIdColumn ?? settings.ItemColumn, models.SelectMany(model => model.Candidate.Features), DataFiles.Shown(settings), settings, terminal, cancellationToken).ConfigureAwait(false);
        for (int row = 0; first.Evaluation.AllItems && row < items?.Count; row++)
        {
            split.Train.Items.Add(items.Ids, row);
        }

        var data = new TrainingData(split, users, items, first.Evaluation);
        if (data._itemRows is { ItemsWithoutAttributes: > 0 } join)
        {
            terminal.Line($"{Counted.Of(join.ItemsWithoutAttributes, "item is", "items are")} not in '{settings.Items}', such as {string.Join(", ", join.FirstItemsWithoutAttributes.Take(3))}.");
        }

        return data;
    }

    /// <summary>The same data with the validation part joined to the training part, for a last training with what validation has decided.</summary>
    public TrainingData WithValidation() => new(
        Split with { Train = Split.Train.Concat(Split.Validation), Validation = Split.Validation.Select([]) }, _users, _items, _evaluation);

    /// <summary>The training pairs: each interaction, with what its user did before it, and how much it weighs.</summary>
    /// <param name="recency">How weights fall with age; null weighs all alike.</param>
    public TrainingPairs Pairs(RecencyDescription? recency)
    {
        InteractionLog train = Split.Train;
        var lines = new TimeLines(train);
        int[] positions = TimeLines.Positions(train);
        return new TrainingPairs(
            [.. positions.Select((position, i) => User(train.UserColumn[i], train.HasTimes ? train.TimeColumn[i] : 0, lines.First(train.UserColumn[i], position)))],
            recency is null && !train.HasWeights ? [] : [.. positions.Select((position, i) => (float)(
                (train.HasWeights ? train.WeightColumn[i] : 1) * (recency?.Weight(lines.All(train.UserColumn[i]).Count - 1 - position) ?? 1)))]);
    }

    /// <summary>What features of queries are fitted on.</summary>
    /// <param name="all">All users and candidates; else those of the training part.</param>
    /// <param name="earlier">A model whose users and items keep their places; null for none.</param>
    public FitData QueryFit(bool all, SavedModel? earlier)
    {
        int[] users = [.. FittedParts(all).SelectMany(part => part.UserColumn.ToArray())];
        return new FitData([.. users.Distinct().Select(user => User(user, 0, []))], users.Select(Split.Train.Users.Describe), ItemKeys(all))
        {
            EarlierKeys = earlier?.UserKeys ?? [],
            EarlierItems = earlier?.ItemKeys ?? [],
        };
    }

    /// <summary>What features of candidates are fitted on.</summary>
    /// <param name="all">All candidates; else those of the training part.</param>
    /// <param name="earlier">A model whose items keep their places; null for none.</param>
    public FitData CandidateFit(bool all, SavedModel? earlier) => new([.. FittedItems(all).Distinct().Select(Item)], ItemKeys(all), ItemKeys(all))
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
                return User(part.UserColumn[i], time, part.HasTimes ? lines.Until(part.UserColumn[i], time) : lines.All(part.UserColumn[i]));
            })]);
        }

        long[] first = new long[part.Users.Count];
        Array.Fill(first, long.MaxValue);
        for (int i = 0; part.HasTimes && i < part.Count; i++)
        {
            first[part.UserColumn[i]] = Math.Min(first[part.UserColumn[i]], part.TimeColumn[i]);
        }

        HeldOutInteractions heldOut = HeldOutInteractions.ByUser(part, excluded);
        return new HeldOutQueries(heldOut, [.. heldOut.Users.ToArray().Select(user => User(user, part.HasTimes ? first[user] : 0, part.HasTimes ? lines.Until(user, first[user]) : lines.All(user)))]);
    }

    private InteractionLog[] FittedParts(bool all) => all ? [Split.Train, Split.Validation, Split.Test] : [Split.Train];

    /// <summary>Items, each as often as it occurs; those that never do come last, once.</summary>
    private int[] FittedItems(bool all)
    {
        int[] met = [.. FittedParts(all).SelectMany(part => part.ItemColumn.ToArray())];
        return all ? [.. met, .. Enumerable.Range(0, Corpus.Count).Except(met)] : met;
    }

    private IEnumerable<string> ItemKeys(bool all) => FittedItems(all).Select(Split.Train.Items.Describe);

    private Entity User(int user, long time, IReadOnlyList<string> history) =>
        new(Split.Train.Users.Describe(user), time, history, _userRows is { } rows ? new TableRow(_users, rows.Rows[user]) : TableRow.None);

    private Entity Item(int item) =>
        new(Split.Train.Items.Describe(item), 0, [], _itemRows is { } rows ? new TableRow(_items, rows.Rows[item]) : TableRow.None);
}
