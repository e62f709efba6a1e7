using System.CommandLine;
using System.Text;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Retrieval;

namespace ManagedRetrieval.Cli.Commands;

/// <summary><c>query MODEL TEXT</c>: the best candidates of a saved model for a text.</summary>
internal static class QueryCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "A model file, such as out/model.safetensors." };
        var text = new Argument<string>("TEXT") { Description = "What to look for." };
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
        var command = new Command("query", "Answers a text query from a saved model whose queries are texts and whose candidates are named by strings.") { model, text, k, workers };
        command.SetAction((result, cancellationToken) => RunAsync(
            terminal,
            result.GetRequiredValue(model),
            result.GetRequiredValue(text),
            result.GetRequiredValue(k),
            result.GetRequiredValue(workers),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, string model, string text, int k, int workers, CancellationToken cancellationToken)
    {
        if (Directory.Exists(model))
        {
            throw new ToolException($"'{model}' is a folder, not a model file.");
        }

        if (!File.Exists(model))
        {
            throw new ToolException($"There is no model file '{model}'.");
        }

        using var team = new WorkerTeam(workers);
        Retriever<string, string, string> retriever =
            await Retriever<string, string, string>.LoadAsync(model, team, cancellationToken: cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        ScoredCandidate<string>[] answers = retriever.Retrieve(text, k);
        cancellationToken.ThrowIfCancellationRequested();
        terminal.Answers(answers);
        return ExitCode.Done;
    }
}
