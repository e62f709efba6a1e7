using System.CommandLine;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Runs;

namespace ManagedRetrieval.Cli.Commands;

/// <summary><c>inspect MODEL</c>: says what a file holds.</summary>
internal static class InspectCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("MODEL") { Description = "A model file or a checkpoint." };
        var verify = new Option<bool>("--verify") { Description = "Read the whole file and hold it against its checksums; otherwise only the header is checked." };
        var command = new Command("inspect", "Says what a model file holds: tensors, descriptions, the index, and how its candidates' embeddings are.") { model, verify };
        command.SetAction((result, cancellationToken) => new InspectJob(terminal, result.GetRequiredValue(model), result.GetValue(verify)).RunAsync(cancellationToken));
        return command;
    }
}
