using System.CommandLine;
using ManagedRetrieval.Benchmarks.Indexes.Data;
using ManagedRetrieval.Engine.Parallel;

namespace ManagedRetrieval.Benchmarks.Indexes;

/// <summary>The commands that generate vectors and measure search among them.</summary>
internal static class IndexCommands
{
    /// <summary>Writes the vectors that indexes are measured on, and says what they are like.</summary>
    public static Command GenerateVectors()
    {
        var standard = new VectorSetting();
        var folder = new Argument<DirectoryInfo?>("directory") { Description = "Where rows.f32 and queries.f32 are written; without it the facts are printed only.", Arity = ArgumentArity.ZeroOrOne };
        var rows = new Option<int>("--rows") { Description = "The number of candidates.", DefaultValueFactory = _ => standard.Rows };
        var seed = new Option<ulong>("--seed") { Description = "Decides the vectors.", DefaultValueFactory = _ => standard.Seed };
        var trained = new Option<bool>("--trained") { Description = "The vectors of trained models in place of generated ones, by cosine and by dot product: the latter only to compare facts." };
        var command = new Command("generate-vectors", "Writes vectors that look like those of a trained model, and says what they are like.") { folder, rows, seed, trained };
        command.SetAction(result =>
        {
            using var team = new WorkerTeam(Environment.ProcessorCount);
            IEnumerable<VectorSet> sets = result.GetValue(trained)
                ? [TrainedVectors.Make("trained", normalize: true, team), TrainedVectors.Make("trained, dot product", normalize: false, team)]
                : [VectorSet.Generate(standard with { Rows = result.GetValue(rows), Seed = result.GetValue(seed) })];
            foreach (VectorSet set in sets)
            {
                Console.WriteLine(new VectorFacts(set, team));
                if (result.GetValue(folder) is { } directory)
                {
                    set.Write(Path.Combine(directory.FullName, set.Name));
                }
            }
        });
        return command;
    }
}
