using System.CommandLine;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Runs;
using ManagedRetrieval.Indexing;

namespace ManagedRetrieval.Cli.Commands;

/// <summary><c>index MODEL</c>: another index of a model's candidates.</summary>
internal static class IndexCommand
{
    private const string Partitioned = "partitioned", Int8 = "int8", Float16 = "float16", BruteForce = "brute-force", FourBit = "four-bit", EightBit = "eight-bit";

    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "A model file that 'train' or 'quickstart' saved, with its float rows." };
        var output = new Option<string>("--out") { Description = "The file for the model with the new index.", HelpName = "FILE", Required = true };
        CommonOptions.RequireName(output, "file");
        var kind = new Option<string>("--kind") { Description = "The index: partitioned and int8 are small and fast, float16 is half as large as brute-force.", HelpName = "KIND", DefaultValueFactory = _ => Partitioned };
        kind.AcceptOnlyFromAmong(BruteForce, Float16, Int8, Partitioned);
        var lists = new Option<string?>("--lists") { Description = "What partitions hold: four-bit codes, which is the default, or bytes, which find more and take longer.", HelpName = "LISTS" };
        lists.AcceptOnlyFromAmong(FourBit, EightBit);
        Option<int?> partitions = CommonOptions.OptionalInteger("--partitions", "The number of partitions; by default by the number of candidates.", "COUNT", 1, int.MaxValue);
        Option<int?> probes = CommonOptions.OptionalInteger("--probes", "How many partitions a search scans; by default 1 in 25, but at least 16.", "COUNT", 1, int.MaxValue);
        Option<int?> rescored = CommonOptions.OptionalInteger("--rescored", "How many of the scanned rows are scored again, with int8 or partitioned.", "COUNT", 1, int.MaxValue);
        var drop = new Option<bool>("--drop-rows") { Description = "With int8: keep no float rows, so that scores are those of the rounded rows." };
        Option<double?> recall = CommonOptions.OptionalShare("--recall", "Tune a partitioned index: find the least work that reaches this recall.", "SHARE");
        Option<int> k = CommonOptions.RecallAt();
        Option<int> queries = CommonOptions.Queries();
        Option<string?> queryFile = CommonOptions.QueryFile();
        Option<int> workers = CommonOptions.Workers();
        Option<string?> backend = CommonOptions.Backend();
        var command = new Command("index", "Builds another index of a saved model's candidates, measures its recall, and saves it with the model as one file.")
        {
            model, output, kind, lists, partitions, probes, rescored, drop, recall, k, queries, queryFile, workers, backend,
        };
        command.Validators.Add(result =>
        {
            string name = result.GetResult(kind) is { Tokens: [.., { } token] } ? token.Value : Partitioned;
            foreach ((Option option, bool isMeant) in ((Option, bool)[])
                [(lists, name == Partitioned), (partitions, name == Partitioned), (probes, name == Partitioned), (recall, name == Partitioned), (rescored, name is Partitioned or Int8), (drop, name == Int8)])
            {
                if (!isMeant && result.GetResult(option) is { Implicit: false })
                {
                    result.AddError($"{option.Name} has no meaning for an index of kind {name}.");
                }
            }

            foreach (Option option in (Option[])[probes, rescored])
            {
                if (result.GetResult(recall) is { Implicit: false } && result.GetResult(option) is { Implicit: false })
                {
                    result.AddError($"{option.Name} is what --recall finds; give one of them.");
                }
            }
        });
        command.SetAction((result, cancellationToken) => new IndexJob(terminal, new IndexSettings
        {
            Model = result.GetRequiredValue(model),
            Output = result.GetRequiredValue(output),
            Kind = result.GetRequiredValue(kind) switch
            {
                BruteForce => IndexKind.BruteForce,
                Float16 => IndexKind.Float16,
                Int8 => IndexKind.Int8,
                _ => IndexKind.Partitioned,
            },
            Lists = result.GetValue(lists) == EightBit ? PartitionedLists.EightBit : PartitionedLists.FourBit,
            Partitions = result.GetValue(partitions),
            Probes = result.GetValue(probes),
            Rescored = result.GetValue(rescored),
            DropRows = result.GetValue(drop),
            Recall = result.GetValue(recall),
            K = result.GetRequiredValue(k),
            Queries = result.GetRequiredValue(queries),
            QueryFile = result.GetValue(queryFile),
            Workers = result.GetRequiredValue(workers),
            Backend = result.GetValue(backend),
        }).RunAsync(cancellationToken));
        return command;
    }
}
