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
        var command = new Command("inspect", "Says what a model file holds: tensors, descriptions, and how its candidates' embeddings are.") { model };
        command.SetAction((result, cancellationToken) => new InspectJob(terminal, result.GetRequiredValue(model)).RunAsync(cancellationToken));
        return command;
    }
}
