using System.CommandLine;
using System.Diagnostics;
using ManagedRetrieval.Benchmarks.Indexes.Data;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>The commands that generate vectors and measure search among them.</summary>
internal static class IndexCommands
{
    private const int LargeRows = 10_000_000, LargeQueries = 100;

    private static string StandardFolder { get; } = Path.Combine("out", "indexes");

    /// <summary>Writes the vectors that indexes are measured on, and says what they are like.</summary>
    public static Command GenerateVectors()
    {
        var standard = new VectorSetting();
        var folder = new Argument<DirectoryInfo?>("directory") { Description = "Where a folder with rows.f32 and queries.f32 is written; without it the facts are printed only.", Arity = ArgumentArity.ZeroOrOne };
        var rows = new Option<int>("--rows") { Description = "The number of candidates.", DefaultValueFactory = _ => standard.Rows };
        var seed = new Option<ulong>("--seed") { Description = "Decides the vectors.", DefaultValueFactory = _ => standard.Seed };
        var trained = new Option<bool>("--trained") { Description = "Vectors of trained models in place of generated ones: by cosine, and by dot product, to compare facts." };
        var command = new Command("generate-vectors", "Writes vectors that look like those of a trained model, and says what they are like.") { folder, rows, seed, trained };
        command.SetAction(result =>
        {
            using var team = new WorkerTeam(Environment.ProcessorCount);
            string? parent = result.GetValue(folder)?.FullName;
            IEnumerable<VectorSet> sets = result.GetValue(trained)
                ? [TrainedVectors.Make("trained", normalize: true, parent ?? "", team), TrainedVectors.Make("trained-dot", normalize: false, parent ?? "", team)]
                : [VectorSet.Generate(standard with { Rows = result.GetValue(rows), Seed = result.GetValue(seed) }, parent ?? "")];
            foreach (VectorSet set in sets)
            {
                Console.WriteLine(new VectorFacts(set, team));
                if (parent is not null)
                {
                    set.Write();
                }
            }
        });
        return command;
    }

    /// <summary>Measures all indexes.</summary>
    public static Command Measure()
    {
        var quick = new Option<bool>("--quick") { Description = "The same rows with fewer repetitions." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the figures to a file as well." };
        var only = new Option<string>("--only") { Description = "Rows that begin so, by data, peer and index, such as \"clustered faiss\" or trained.", DefaultValueFactory = _ => "" };
        var folder = new Option<DirectoryInfo>("--out") { Description = "Where vectors, the peers' indexes and the curves are kept.", DefaultValueFactory = _ => new DirectoryInfo(StandardFolder) };
        var rows = new Option<int>("--rows") { Description = "The number of generated candidates.", DefaultValueFactory = _ => new VectorSetting().Rows };
        var largeRows = new Option<int>("--large-rows") { Description = "The number of candidates for the measurement of memory.", DefaultValueFactory = _ => LargeRows };
        var command = new Command("indexes", "Measures recall and speed of indexes, this library's and others'.") { quick, json, only, folder, rows, largeRows };
        command.SetAction(result =>
        {
            string prefix = result.GetRequiredValue(only);
            Run(result.GetRequiredValue(folder).FullName, result.GetValue(json)?.FullName, prefix, result.GetValue(rows), result.GetValue(largeRows), result.GetValue(quick));
        });
        return command;
    }

    /// <summary>Measures one index of many rows, for <see cref="LargeProcess"/>.</summary>
    public static Command Large()
    {
        var number = new Argument<int>("number") { Description = "Which index, from 0." };
        var rows = new Option<int>("--rows") { Description = "The number of candidates.", DefaultValueFactory = _ => LargeRows };
        var rounds = new Option<int>("--rounds") { Description = "How often a speed is measured.", DefaultValueFactory = _ => 1 };
        var json = new Option<FileInfo>("--json") { Description = "Where the figures are written.", Required = true };
        var command = new Command("large-index", "Measures one index of many rows, and the memory of the process.") { number, rows, rounds, json };
        command.SetAction(result =>
        {
            using var team = new WorkerTeam(Environment.ProcessorCount);
            var benchmark = new LargeBenchmark(new VectorSetting(result.GetValue(rows), LargeQueries), team);
            FigureFile.Write(result.GetRequiredValue(json).FullName, benchmark.Run(IndexList.Large[result.GetValue(number)](), result.GetValue(rounds)));
        });
        return command;
    }

    private static void Run(string folder, string? json, string prefix, int rows, int largeRows, bool quick)
    {
        long start = Stopwatch.GetTimestamp();
        var report = new IndexReport();
        bool Wanted(string title) => title.StartsWith(prefix, StringComparison.Ordinal);
        for (int number = 0; number < IndexList.Large.Count; number++)
        {
            if (Wanted($"large ours {IndexList.Large[number]().Index}"))
            {
                foreach (IndexRow row in LargeProcess.Run(number, largeRows, quick ? 1 : 5))
                {
                    report.Add(row, null);
                }
            }
        }

        using var team = new WorkerTeam(Environment.ProcessorCount);
        var benchmark = new IndexBenchmark(report, Wanted, quick ? 2 : 7);

        // Data that begins otherwise than what is wanted, as far as both go, is not even made.
        foreach ((string name, Func<VectorSet> make) in ((string, Func<VectorSet>)[])
            [("trained", () => TrainedVectors.Make("trained", normalize: true, folder, team)), ("clustered", () => VectorSet.Generate(new VectorSetting(rows), folder))])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(name, StringComparison.Ordinal))
            {
                benchmark.Run(make(), team);
            }
        }

        report.Close(json, folder);
        Console.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds:f0} seconds");
    }
}
