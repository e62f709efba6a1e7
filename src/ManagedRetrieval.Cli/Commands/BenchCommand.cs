using System.CommandLine;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Runs;

namespace ManagedRetrieval.Cli.Commands;

/// <summary><c>bench MODEL</c>: recall and speed of a file's index.</summary>
internal static class BenchCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "A model file that 'train', 'quickstart' or 'index' saved." };
        var exact = new Option<string?>("--exact") { Description = "The file that the index was built from, whose float rows give the exact answers; needed where MODEL holds none.", HelpName = "FILE" };
        CommonOptions.RequireName(exact, "file");
        Option<int> k = CommonOptions.RecallAt();
        Option<int> queries = CommonOptions.Queries();
        Option<string?> queryFile = CommonOptions.QueryFile();
        var json = new Option<string?>("--json") { Description = "A file for all figures.", HelpName = "FILE" };
        CommonOptions.RequireName(json, "file");
        var directory = new Option<string?>("--out") { Description = "A folder for bench.svg, the curve of speed by recall.", HelpName = "FOLDER" };
        CommonOptions.RequireName(directory, "folder");
        Option<int> workers = CommonOptions.Workers();
        Option<string?> backend = CommonOptions.Backend();
        var command = new Command("bench", "Measures recall against exact search, and queries in a second, of a file's index; of a partitioned one also with other settings.")
        {
            model, exact, k, queries, queryFile, json, directory, workers, backend,
        };
        command.SetAction((result, cancellationToken) => new BenchJob(terminal, new BenchSettings
        {
            Model = result.GetRequiredValue(model),
            Exact = result.GetValue(exact),
            K = result.GetRequiredValue(k),
            Queries = result.GetRequiredValue(queries),
            QueryFile = result.GetValue(queryFile),
            JsonFile = result.GetValue(json),
            OutputDirectory = result.GetValue(directory),
            Workers = result.GetRequiredValue(workers),
            Backend = result.GetValue(backend),
        }).RunAsync(cancellationToken));
        return command;
    }
}
