using System.CommandLine;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Quickstart;
using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Commands;

/// <summary><c>quickstart</c>: trains a model that finds the .NET API from a sentence.</summary>
internal static class QuickstartCommand
{
    public static Command Create(Terminal terminal, Func<ReferencePackSearch> findPack)
    {
        Option<ulong> seed = CommonOptions.Integer("--seed", "Decides all random numbers.", _ => 1UL, "NUMBER", 0UL, ulong.MaxValue);
        Option<int> epochs = CommonOptions.Integer("--epochs", "How often every pair is seen.", _ => QuickstartSettings.DefaultEpochs, "COUNT", 1, 10_000);
        var directory = new Option<string>("--out") { Description = "The folder for model.safetensors.", DefaultValueFactory = _ => "out", HelpName = "FOLDER" };
        CommonOptions.RequireName(directory, "folder");
        var json = new Option<string?>("--json") { Description = "A file for all figures.", HelpName = "FILE" };
        CommonOptions.RequireName(json, "file");
        Option<int> workers = CommonOptions.Workers();
        Option<string?> backend = CommonOptions.Backend();
        var command = new Command("quickstart", "Trains a model on the documentation of the installed .NET reference pack and answers with it: find the .NET API from a sentence.")
        {
            seed, epochs, directory, json, workers, backend,
        };
        command.SetAction((result, cancellationToken) =>
        {
            var settings = new QuickstartSettings
            {
                Seed = result.GetRequiredValue(seed),
                Epochs = result.GetRequiredValue(epochs),
                OutputDirectory = result.GetRequiredValue(directory),
                JsonFile = result.GetValue(json),
                Workers = result.GetRequiredValue(workers),
                Backend = result.GetValue(backend),
            };
            return new QuickstartJob(terminal, settings).RunAsync(findPack(), cancellationToken);
        });
        return command;
    }
}
