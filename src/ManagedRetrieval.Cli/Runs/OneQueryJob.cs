using ManagedRetrieval.Cli.Backends;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Cli.Runs;

/// <summary><c>query</c> without a file of queries: a table of the answers to one.</summary>
internal sealed class OneQueryJob(Terminal terminal, OneQuerySettings settings)
{
    /// <exception cref="ToolException">There is no such file, or the query is not one that the model can read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        SeenItems? seen = await SeenItems.ReadAsync(settings.Seen, cancellationToken).ConfigureAwait(false);
        using var team = new WorkerTeam(settings.Workers);
        using ChosenBackend backend = ChosenBackend.Open(settings.Backend);
        IndexedModel model = await IndexedModel.OpenAsync(settings.Model, settings.Map, team, backend.Backend, cancellationToken).ConfigureAwait(false);
        if (backend.Line(model.ForGpu) is { } line)
        {
            terminal.Aside(Terminal.OneLine(line));
        }

        QueryRequest request = Request(model);
        var remarks = new QueryRemarks(model);
        remarks.Look(request);
        request = seen?.LeaveOut(request, remarks) ?? request;
        ScoredCandidate<string>[] answers = model.Retrieve([request.Query], settings.K, request.Exclusions.Count > 0 ? [request.Exclusions] : null)[0];
        cancellationToken.ThrowIfCancellationRequested();
        terminal.Answers(answers);
        remarks.Tell(terminal);
        return ExitCode.Done;
    }

    private QueryRequest Request(IndexedModel model)
    {
        if (settings.History.Count > 0 && model.HistoryIds.Count == 0)
        {
            throw new ToolException("The model reads no history; leave out --history.");
        }

        if (settings.Time is not null && !model.ReadsTimes)
        {
            throw new ToolException("The model reads no time; leave out --at.");
        }

        if (settings.History.Count == 0 && model.ReadsOnlyHistories)
        {
            throw new ToolException("The model reads what a user met before; give it by --history.");
        }

        return settings.Text is null && model.ReadsKeys
            ? throw new ToolException("The model reads more of a query than a history; give the text, or the user's id, as 'TEXT' before --history.")
            : new(new Entity(settings.Text ?? "", settings.Time ?? 0, settings.History, TableRow.None), settings.Exclusions);
    }
}
