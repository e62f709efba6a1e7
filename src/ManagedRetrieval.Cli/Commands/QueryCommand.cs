using System.CommandLine;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Runs;

namespace ManagedRetrieval.Cli.Commands;

/// <summary><c>query MODEL TEXT</c>: the best candidates of a saved model for a text, or for each query of a file.</summary>
internal static class QueryCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "A model file, such as out/model.safetensors." };
        var text = new Argument<string?>("TEXT") { Description = "What to look for: a text, or the user's id where the model was trained on users; not needed where the model reads --history alone.", Arity = ArgumentArity.ZeroOrOne };
        var history = new Option<string[]>("--history") { Description = "Ids of items that the user met before, oldest first, for a model that reads them.", HelpName = "IDS", AllowMultipleArgumentsPerToken = true };
        Option<long?> time = CommonOptions.OptionalLong("--at", "When the query is asked, in the unit of the training data, for a model that reads it; by default 0.", "TIME");
        var exclude = new Option<string[]>("--exclude") { Description = "Ids of candidates that are not to be found.", HelpName = "IDS", AllowMultipleArgumentsPerToken = true };
        var seen = new SeenOptions();
        text.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var query }] && !QueryFile.HoldsWord(query))
            {
                result.AddError($"The query TEXT '{query}' holds no word to look for.");
            }
        });
        var file = new Option<string?>("--file")
        {
            Description = "Queries in place of TEXT: .jsonl, .csv, .tsv or .parquet with 'query' and, as it may be, 'history', 'at' and 'exclude'.",
            HelpName = "FILE",
        };
        CommonOptions.RequireName(file, "file");
        var output = new Option<string?>("--out") { Description = "With --file: a file for the answers, a line of JSON for each query; by default they are printed.", HelpName = "FILE" };
        CommonOptions.RequireName(output, "file");
        var map = new Option<bool>("--map") { Description = "Leave the index on the disk, unchecked, and read it as it is searched: a large file opens at once." };
        Option<int> k = CommonOptions.Integer("-k", "The number of answers.", _ => 10, "COUNT", 1, int.MaxValue);
        Option<int> workers = CommonOptions.Workers();
        Option<string?> backend = CommonOptions.Backend();
        var command = new Command("query", "Answers a query, or a file of queries, from a saved model.") { model, text, history, time, exclude, file, output, map, k, workers, backend };
        seen.AddTo(command);
        command.Validators.Add(result =>
        {
            bool hasFile = result.GetResult(file) is { Implicit: false }, hasText = result.GetResult(text) is { Tokens.Count: > 0 };
            if (hasFile && hasText)
            {
                result.AddError("'TEXT' and --file are two ways to ask; give one of them.");
            }

            if (!hasFile && !hasText && result.GetResult(history) is not { Tokens.Count: > 0 } && result.GetResult(model) is { Tokens.Count: > 0 })
            {
                result.AddError("The query is missing: give 'TEXT', or --file, or --history where the model reads it alone.");
            }

            foreach (Option option in (Option[])[history, time, exclude])
            {
                if (hasFile && result.GetResult(option) is { Implicit: false })
                {
                    result.AddError($"{option.Name} belongs to one query; with --file each query brings its own.");
                }
            }

            if (!hasFile && result.GetResult(output) is { Implicit: false })
            {
                result.AddError("--out is for the answers to --file.");
            }
        });
        command.SetAction((result, cancellationToken) => result.GetValue(file) is { } queries
            ? new QueryJob(terminal, new QuerySettings
            {
                Model = result.GetRequiredValue(model),
                File = queries,
                Output = result.GetValue(output),
                Seen = seen.Read(result),
                Map = result.GetValue(map),
                K = result.GetRequiredValue(k),
                Workers = result.GetRequiredValue(workers),
                Backend = result.GetValue(backend),
            }).RunAsync(cancellationToken)
            : new OneQueryJob(terminal, new OneQuerySettings
            {
                Model = result.GetRequiredValue(model),
                Text = result.GetValue(text),
                History = result.GetValue(history) ?? [],
                Time = result.GetValue(time),
                Exclusions = result.GetValue(exclude) ?? [],
                Seen = seen.Read(result),
                Map = result.GetValue(map),
                K = result.GetRequiredValue(k),
                Workers = result.GetRequiredValue(workers),
                Backend = result.GetValue(backend),
            }).RunAsync(cancellationToken));
        return command;
    }
}
