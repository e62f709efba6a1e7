using System.CommandLine;
using ManagedRetrieval.Cli.Runs;

namespace ManagedRetrieval.Cli.Commands;

/// <summary>The options of <c>query</c> that say what users had before.</summary>
internal sealed class SeenOptions
{
    private readonly Option<string?> _seen = new("--exclude-seen") { Description = "Interactions, as 'train --data' reads them: what the user whose id is asked had is not found.", HelpName = "FILE" };
    private readonly Option<string?> _format = DataOptions.Format("With --exclude-seen: how the file is written, csv, tsv, jsonl, parquet or adjacency; by default by its extension.");
    private readonly Option<string?> _user = new("--user") { Description = "With --exclude-seen: the column of the user's id; by default \"user\".", HelpName = "COLUMN" };
    private readonly Option<string?> _item = new("--item") { Description = "With --exclude-seen: the column of the item's id; by default \"item\".", HelpName = "COLUMN" };

    public void AddTo(Command command)
    {
        CommonOptions.RequireName(_seen, "file");
        Option[] ofFile = [_format, _user, _item];
        foreach (Option option in (Option[])[_seen, .. ofFile])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(_seen) is not { Implicit: false } && ofFile.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } alone)
            {
                result.AddError($"{alone.Name} is for the file of --exclude-seen.");
            }
        });
    }

    /// <summary>Null where what was seen is not left out.</summary>
    public DataSettings? Read(ParseResult result) => result.GetValue(_seen) is not { } file ? null : new DataSettings
    {
        Data = file,
        Format = DataOptions.FormatOf(result.GetValue(_format)),
        UserColumn = result.GetValue(_user) ?? "user",
        ItemColumn = result.GetValue(_item) ?? "item",
    };
}
