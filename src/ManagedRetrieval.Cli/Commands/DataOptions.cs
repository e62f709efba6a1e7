using System.CommandLine;
using ManagedRetrieval.Cli.Runs;
using ManagedRetrieval.Data;
using ManagedRetrieval.Readers;

namespace ManagedRetrieval.Cli.Commands;

/// <summary>The options that say where data is and what its columns mean.</summary>
internal sealed class DataOptions
{
    private readonly Option<string> _data = new("--data") { Description = "The interactions: a user, an item and, best, a time in each row.", HelpName = "FILE", Required = true };
    private readonly Option<string?> _validation = File("--validation", "Interactions for validation, where they are in a file of their own.");
    private readonly Option<string?> _test = File("--test", "Interactions for the test, where they are in a file of their own.");
    private readonly Option<string?> _items = File("--items", "A table of items.");
    private readonly Option<string?> _users = File("--users", "A table of users.");
    private readonly Option<string?> _format = Format("How the interactions are written: csv, tsv, jsonl, parquet or adjacency; by default by the file's extension.");
    private readonly Option<string?> _user = Column("--user", "The column of the user's id; by default \"user\".");
    private readonly Option<string?> _item = Column("--item", "The column of the item's id; by default \"item\".");
    private readonly Option<string?> _time = Column("--time", "The column of the time; by default there is none, and rows are in order.");
    private readonly Option<string?> _timeFormat = new("--time-format") { Description = "How times are written: number, a whole number of any unit, which is the default; or date, such as 2018-09-26 17:03:05, which becomes Unix milliseconds.", HelpName = "FORMAT" };
    private readonly Option<string?> _weight = Column("--weight", "The column of a weight or rating.");
    private readonly Option<string?> _negatives = Column("--negatives", "The column of items that are known to be wrong for a row's user, a list or ids with spaces between them.");
    private readonly Option<string?> _itemId = Column("--item-id", "The id's column in the table of items; by default that of --item.");
    private readonly Option<string?> _userId = Column("--user-id", "The id's column in the table of users; by default that of --user.");
    private readonly Option<string?> _label = Column("--label", "The column of the items' table that names an item for people.");
    private readonly Option<string?> _group = Column("--group", "The column of the items' table that colours the map of items.");
    private readonly Option<bool> _skip = new("--skip-bad-rows") { Description = "Leave out rows that cannot be read, and count them, instead of stopping." };

    public void AddTo(Command command)
    {
        CommonOptions.RequireName(_data, "file");
        _timeFormat.AcceptOnlyFromAmong("number", "date");
        foreach (Option option in (Option[])[_data, _validation, _test, _items, _users, _format, _user, _item, _time, _timeFormat, _weight, _negatives, _itemId, _userId, _label, _group, _skip])
        {
            command.Add(option);
        }
    }

    public DataSettings Read(ParseResult result) => new()
    {
        Data = result.GetRequiredValue(_data),
        Validation = result.GetValue(_validation),
        Test = result.GetValue(_test) ?? (result.GetValue(_validation) is null ? null : throw new ToolException("--validation needs --test: the rest of the data is for training.")),
        Items = result.GetValue(_items),
        Users = result.GetValue(_users),
        Format = FormatOf(result.GetValue(_format)),
        UserColumn = result.GetValue(_user) ?? "user",
        ItemColumn = result.GetValue(_item) ?? "item",
        TimeColumn = result.GetValue(_time),
        TimeFormat = result.GetValue(_timeFormat) == "date" ? TimeFormat.Date : TimeFormat.Number,
        WeightColumn = result.GetValue(_weight),
        NegativesColumn = result.GetValue(_negatives),
        ItemIdColumn = result.GetValue(_itemId),
        UserIdColumn = result.GetValue(_userId),
        LabelColumn = result.GetValue(_label),
        GroupColumn = result.GetValue(_group),
        SkipBadRows = result.GetValue(_skip),
    };

    /// <summary>How a file of interactions is written.</summary>
    public static Option<string?> Format(string description)
    {
        var option = new Option<string?>("--format") { Description = description, HelpName = "FORMAT" };
        option.AcceptOnlyFromAmong("csv", "tsv", "jsonl", "parquet", "adjacency");
        return option;
    }

    /// <summary>What <see cref="Format"/> was given.</summary>
    public static RowFormat FormatOf(string? name) => name switch
    {
        "csv" => RowFormat.Csv,
        "tsv" => RowFormat.Tsv,
        "jsonl" => RowFormat.JsonLines,
        "parquet" => RowFormat.Parquet,
        "adjacency" => RowFormat.Adjacency,
        _ => RowFormat.ByExtension,
    };

    private static Option<string?> File(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "FILE" };
        CommonOptions.RequireName(option, "file");
        return option;
    }

    private static Option<string?> Column(string name, string description) => new(name) { Description = description, HelpName = "COLUMN" };
}
