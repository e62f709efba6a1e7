using System.CommandLine;
using System.CommandLine.Parsing;
using ManagedRetrieval.Cli.Commands;
using ManagedRetrieval.Cli.Output;
using Spectre.Console;

namespace ManagedRetrieval.Cli;

/// <summary>The command line as a function: arguments in, exit code out.</summary>
internal static class Tool
{
    public static async Task<int> RunAsync(string[] args, IAnsiConsole output, IAnsiConsole errors, CancellationToken cancellationToken)
    {
        var terminal = new Terminal(output);
        var root = new RootCommand("Two-tower retrieval in pure managed C#: train, evaluate, index, query.")
        {
            QuickstartCommand.Create(terminal),
            QueryCommand.Create(terminal),
        };
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Fail(errors, ExitCode.WrongUsage, FirstError(parsed) + $" Try '{Path(parsed)} --help'.");
        }

        try
        {
            // Cancellation is ours (see Interruption), and so are exceptions.
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = output.Profile.Out.Writer,
                Error = errors.Profile.Out.Writer,
            };
            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Fail(errors, ExitCode.Interrupted, "Interrupted.");
        }
        catch (Exception failure) when (failure is ToolException or IOException or UnauthorizedAccessException or InvalidDataException or ArithmeticException)
        {
            return Fail(errors, ExitCode.Failed, failure.Message);
        }
    }

    private static int Fail(IAnsiConsole errors, int code, string message)
    {
        // Messages quote file contents; a line break or control character in them must not reach the terminal.
        string line = string.Concat(message.Select(character => char.IsControl(character) ? ' ' : character));
        errors.Profile.Out.Writer.WriteLine("managed-retrieval: " + line.Trim());
        return code;
    }

    private static string FirstError(ParseResult parsed)
    {
        ParseError error = parsed.Errors[0];
        return error.Message.TrimEnd('.') + ".";
    }

    private static string Path(ParseResult parsed)
    {
        string command = parsed.CommandResult.Command is RootCommand ? "" : " " + parsed.CommandResult.Command.Name;
        return "managed-retrieval" + command;
    }
}
