using System.CommandLine;
using System.Globalization;
using BenchmarkDotNet.Running;
using ManagedRetrieval.Benchmarks.Adjacency;
using ManagedRetrieval.Benchmarks.Gpu;
using ManagedRetrieval.Benchmarks.Indexes;
using ManagedRetrieval.Benchmarks.Training;
using ManagedRetrieval.Engine.Parallel;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["generate-adjacency" or "training" or "generate-vectors" or "indexes" or "large-index" or "gpu", ..])
{
    return new RootCommand("Generates data, and measures training and search on it.")
    {
        GenerateCommand(), TrainingCommand(), IndexCommands.GenerateVectors(), IndexCommands.Measure(), IndexCommands.Large(), GpuCommand.Create(),
    }.Parse(args).Invoke();
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;

static Command GenerateCommand()
{
    var standard = new AdjacencySetting();
    var folder = new Argument<DirectoryInfo>("directory") { Description = "Where train.txt and test.txt are written." };
    var users = new Option<int>("--users") { Description = "The number of users.", DefaultValueFactory = _ => standard.Users };
    var items = new Option<int>("--items") { Description = "The number of items.", DefaultValueFactory = _ => standard.Items };
    var interactions = new Option<int>("--interactions") { Description = "The number of interactions.", DefaultValueFactory = _ => standard.Interactions };
    var clusters = new Option<int>("--clusters") { Description = "The number of planted clusters.", DefaultValueFactory = _ => standard.Clusters };
    var seed = new Option<ulong>("--seed") { Description = "Decides the data.", DefaultValueFactory = _ => standard.Seed };
    var command = new Command("generate-adjacency", "Writes interactions with a long tail and planted clusters: a user and the user's items in a line.")
    {
        folder, users, items, interactions, clusters, seed,
    };
    command.SetAction(result =>
    {
        AdjacencyData data = AdjacencyGenerator.Generate(new AdjacencySetting(
            result.GetValue(users), result.GetValue(items), result.GetValue(interactions), result.GetValue(clusters), result.GetValue(seed)));
        data.Write(result.GetRequiredValue(folder).FullName);
        Console.WriteLine(new AdjacencyFigures(data));
    });
    return command;
}

static Command TrainingCommand()
{
    var quick = new Option<bool>("--quick") { Description = "The same data, 3 epochs." };
    var epochs = new Option<int>("--epochs") { Description = "How often every pair is seen.", DefaultValueFactory = _ => 20 };
    var json = new Option<FileInfo?>("--json") { Description = "Writes the figures to a file as well." };
    var command = new Command("training", "Trains a two-tower model of ids on generated data, and measures time, memory and ranking.") { quick, epochs, json };
    command.SetAction((result, _) => Train(result.GetValue(quick) ? 3 : result.GetValue(epochs), result.GetValue(json)?.FullName));
    return command;
}

static async Task Train(int epochs, string? file)
{
    using var team = new WorkerTeam(Environment.ProcessorCount);
    var report = new FigureReport();
    AdjacencyFigures data = await new TrainingBenchmark(team, report).RunAsync(new AdjacencySetting(), epochs);
    report.Close(file, data);
}
