using System.CommandLine;
using System.Text;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Runs;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;

namespace ManagedRetrieval.Cli.Commands;

/// <summary><c>query MODEL TEXT</c>: the best candidates of a saved model for a text.</summary>
internal static class QueryCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "A model file, such as out/model.safetensors." };
        var text = new Argument<string>("TEXT") { Description = "What to look for: a text, or the user's id where the model was trained on users." };
        var history = new Option<string[]>("--history") { Description = "Ids of items that the user met before, oldest first, for a model that reads them.", HelpName = "IDS", AllowMultipleArgumentsPerToken = true };
        Option<long?> time = CommonOptions.OptionalLong("--at", "When the query is asked, in the unit of the training data, for a model that reads it; by default 0.", "TIME");
        var exclude = new Option<string[]>("--exclude") { Description = "Ids of candidates that are not to be found.", HelpName = "IDS", AllowMultipleArgumentsPerToken = true };
        text.Validators.Add(result =>
        {
            // Without a letter or digit there is no word, every candidate would score alike, and the order would mean nothing.
            string query = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (!query.EnumerateRunes().Any(Rune.IsLetterOrDigit))
            {
                result.AddError($"The query TEXT '{query}' holds no word to look for.");
            }
        });
        Option<int> k = CommonOptions.Integer("-k", "The number of answers.", _ => 10, "COUNT", 1, int.MaxValue);
        Option<int> workers = CommonOptions.Workers();
        var command = new Command("query", "Answers a query from a saved model.") { model, text, history, time, exclude, k, workers };
        command.SetAction((result, cancellationToken) => RunAsync(
            terminal,
            result.GetRequiredValue(model),
            new Entity(result.GetRequiredValue(text), result.GetValue(time) ?? 0, result.GetValue(history) ?? [], TableRow.None),
            result.GetValue(exclude) ?? [],
            result.GetRequiredValue(k),
            result.GetRequiredValue(workers),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Terminal terminal, string model, Entity query, IReadOnlyCollection<string> exclusions, int k, int workers, CancellationToken cancellationToken)
    {
        using var team = new WorkerTeam(workers);
        SafetensorsFile file = await SavedModel.OpenAsync(model, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        ScoredCandidate<string>[] answers = SavedModel.IsIn(file)
            ? Ready(SavedModel.Read(file, team), query).Retriever.Retrieve(query, k, exclusions)
            : RetrieverSnapshot.Read<string, string, string>(file, team, null).Retrieve(query.Key, k, exclusions);
        cancellationToken.ThrowIfCancellationRequested();
        terminal.Answers(answers);
        return ExitCode.Done;
    }

    /// <exception cref="ToolException">The query lacks what the model reads.</exception>
    private static SavedModel Ready(SavedModel saved, Entity query) =>
        query.History.Count == 0 && saved.Description.Query.Features.All(feature => feature is HistoryDescription)
            ? throw new ToolException("The model reads what a user met before; give it by --history.")
            : saved;
}
