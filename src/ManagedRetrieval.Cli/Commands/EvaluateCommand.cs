using System.CommandLine;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Runs;

namespace ManagedRetrieval.Cli.Commands;

/// <summary><c>evaluate MODEL</c>: measures a model that <c>train</c> saved.</summary>
internal static class EvaluateCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "A model file that 'train' saved." };
        var data = new DataOptions();
        var json = new Option<string?>("--json") { Description = "A file for all figures.", HelpName = "FILE" };
        CommonOptions.RequireName(json, "file");
        Option<int> workers = CommonOptions.Workers();
        var command = new Command("evaluate", "Measures a saved model beside the baselines, on data that is cut as the model's description says, or on given test files.") { model, json, workers };
        data.AddTo(command);
        command.SetAction((result, cancellationToken) => new EvaluateJob(
            terminal, result.GetRequiredValue(model), data.Read(result), result.GetValue(json), result.GetRequiredValue(workers)).RunAsync(cancellationToken));
        return command;
    }
}
