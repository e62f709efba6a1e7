using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ManagedRetrieval.Benchmarks.TorchSharp;
using ManagedRetrieval.Benchmarks.TorchSharp.Tfrs;
using ManagedRetrieval.Engine.Parallel;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var quick = new Option<bool>("--quick") { Description = "The same rows with fewer repetitions." };
var json = new Option<FileInfo?>("--json") { Description = "Writes the figures to a file as well." };
var only = new Option<string?>("--only") { Description = "Rows that begin so, such as softmax_loss, or \"softmax_loss 8192x8192x64\"." };
var peer = new Option<string?>("--peer") { Description = "Rows of this peer: torchsharp, openblas, faiss or plain." };
var root = new RootCommand("Compares this library with TorchSharp, and with OpenBLAS and Faiss where they are installed.") { quick, json, only, peer };
root.SetAction(result => Compare(
    result.GetValue(quick),
    result.GetValue(json)?.FullName,
    work => work.Title.StartsWith(result.GetValue(only) ?? "", StringComparison.Ordinal) && (result.GetValue(peer) is not { } name || work.Peer == name)));
root.Subcommands.Add(TfrsCommand());
return root.Parse(args).Invoke();

static Command TfrsCommand()
{
    var data = new Option<DirectoryInfo>("--data") { Description = "A folder with MovieLens' ratings.csv and movies.csv.", Required = true };
    var seeds = new Option<int>("--seeds") { Description = "How many seeds, from 1 on.", DefaultValueFactory = _ => 5 };
    var json = new Option<FileInfo?>("--json") { Description = "Writes the figures to a file as well." };
    var command = new Command("tfrs", "Trains the model of TensorFlow Recommenders' tutorial on MovieLens by this library and by TorchSharp, and compares accuracies.") { data, seeds, json };
    command.SetAction((result, _) => Train(result.GetRequiredValue(data).FullName, result.GetValue(seeds), result.GetValue(json)?.FullName));
    return command;
}

static async Task Train(string folder, int seeds, string? file)
{
    MovieRatings data = await MovieRatings.ReadAsync(folder);
    using var team = new WorkerTeam(Environment.ProcessorCount);
    var comparison = new TutorialComparison(data, team);
    var report = new TutorialReport(data);
    for (int seed = 1; seed <= seeds; seed++)
    {
        report.Add(comparison.Run((ulong)seed));
    }

    report.Close(file);
}

static void Compare(bool quick, string? file, Func<Work, bool> wanted)
{
    long start = Stopwatch.GetTimestamp();
    var comparison = new Comparison(pairs: quick ? 3 : 9, longPairs: quick ? 2 : 7, mostRuns: quick ? 2 : 4, runsAlone: quick ? 1 : 3);
    var report = new Report();
    string last = "";
    foreach (Work work in WorkList.All().Where(wanted))
    {
        if (work.Name != last)
        {
            // Within a work it stays, for the peer to use again: fresh pages take longer than the work itself.
            ProcessMemory.Trim();
            last = work.Name;
        }

        using (work)
        {
            foreach (int threads in Environment.ProcessorCount > 1 ? (int[])[1, 2] : [1])
            {
                report.Add(comparison.Run(work, threads), work.PeerVersion);
            }
        }
    }

    report.Close(file, comparison.Best);
    Console.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds:f0} seconds");
}
