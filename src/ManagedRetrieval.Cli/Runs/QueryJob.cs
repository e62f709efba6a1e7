using System.Runtime.CompilerServices;
using System.Text;
using ManagedRetrieval.Cli.Backends;
using ManagedRetrieval.Cli.Models;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Runs;

/// <summary><c>query --file</c>: answers the queries of a file, a line of JSON for each.</summary>
internal sealed class QueryJob(Terminal terminal, QuerySettings settings)
{
    /// <summary>Queries that are answered together: enough to share the work of a search, few enough to show answers soon.</summary>
    private const int Batch = 256;

    /// <exception cref="ToolException">There is no such file, or results could not be written.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using OutputPlace place = OutputPlace.Prepare([settings.Output], [settings.Model, settings.File, settings.Seen?.Data]);
        SeenItems? seen = await SeenItems.ReadAsync(settings.Seen, cancellationToken).ConfigureAwait(false);
        using var team = new WorkerTeam(settings.Workers);
        using ChosenBackend backend = ChosenBackend.Open(settings.Backend);
        IndexedModel model = await IndexedModel.OpenAsync(settings.Model, settings.Map, team, backend.Backend, cancellationToken).ConfigureAwait(false);
        if (backend.Line(model.ForGpu) is { } note)
        {
            terminal.Aside(Terminal.OneLine(note));
        }

        var remarks = new QueryRemarks(model);
        if (settings.Output is null)
        {
            await foreach (string line in AnswerAsync(model, seen, remarks, cancellationToken).ConfigureAwait(false))
            {
                terminal.Line(line);
            }

            remarks.Tell(terminal);
            return ExitCode.Done;
        }

        place.MakeFolders();
        long count = 0;
        await AtomicFile.WriteAsync(
            settings.Output,
            async (stream, token) =>
            {
                var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
                await using (writer.ConfigureAwait(false))
                {
                    await foreach (string line in AnswerAsync(model, seen, remarks, token).ConfigureAwait(false))
                    {
                        await writer.WriteLineAsync(line.AsMemory(), token).ConfigureAwait(false);
                        count++;
                    }
                }
            },
            cancellationToken).ConfigureAwait(false);
        terminal.Line(Terminal.OneLine($"{Counted.Of(count, "query is", "queries are")} answered in {settings.Output}."));
        remarks.Tell(terminal);
        return ExitCode.Done;
    }

    private async IAsyncEnumerable<string> AnswerAsync(IndexedModel model, SeenItems? seen, QueryRemarks remarks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<QueryRequest>(Batch);
        await foreach (QueryRequest request in QueryFile.ReadAsync(settings.File, model.ReadsOnlyHistories, cancellationToken).ConfigureAwait(false))
        {
            remarks.Look(request);
            batch.Add(seen?.LeaveOut(request, remarks) ?? request);
            if (batch.Count == Batch)
            {
                foreach (string line in Answer(model, batch))
                {
                    yield return line;
                }

                cancellationToken.ThrowIfCancellationRequested();
                batch.Clear();
            }
        }

        foreach (string line in Answer(model, batch))
        {
            yield return line;
        }
    }

    private IEnumerable<string> Answer(IndexedModel model, List<QueryRequest> batch)
    {
        if (batch.Count == 0)
        {
            return [];
        }

        Entity[] queries = [.. batch.Select(request => request.Query)];
        IReadOnlyList<string>[] exclusions = [.. batch.Select(request => request.Exclusions)];
        ScoredCandidate<string>[][] answers = model.Retrieve(queries, settings.K, exclusions.Any(list => list.Count > 0) ? exclusions : null);
        return queries.Zip(answers, (query, found) => new AnswerLine
        {
            Query = query.Key,
            Answers = [.. found.Select(answer => new AnswerLine.Answer { Id = answer.Identifier, Score = answer.Score })],
        }.ToString());
    }
}
