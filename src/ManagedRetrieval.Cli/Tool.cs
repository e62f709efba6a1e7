using System.CommandLine;
using System.CommandLine.Parsing;
using ManagedRetrieval.Cli.Commands;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Gpu;
using Spectre.Console;

namespace ManagedRetrieval.Cli;

/// <summary>The command line as a function: arguments in, exit code out.</summary>
internal static class Tool
{
    /// <summary>Runs the tool.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">For what was asked.</param>
    /// <param name="errors">For the one line that says what went wrong.</param>
    /// <param name="findPack">Looks for the documentation to learn from.</param>
    /// <param name="cancellationToken">Stops at a clean point.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, IAnsiConsole output, IAnsiConsole errors, Func<ReferencePackSearch> findPack, CancellationToken cancellationToken)
    {
        ParseResult parsed = Parse(args, new Terminal(output, errors), findPack);
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
        catch (Exception failure) when (failure is ToolException or IOException or UnauthorizedAccessException or InvalidDataException or ArithmeticException or KeyNotFoundException or GpuException)
        {
            return Fail(errors, ExitCode.Failed, failure.Message);
        }
        catch (Exception failure)
        {
            return Fail(errors, ExitCode.Failed, $"Unexpected failure ({failure.GetType().Name}): {failure.Message}");
        }
    }

    /// <summary>Reads a command line, and runs nothing.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="terminal">For what was asked, should it be run.</param>
    /// <param name="findPack">Looks for the documentation to learn from.</param>
    internal static ParseResult Parse(string[] args, Terminal terminal, Func<ReferencePackSearch> findPack)
    {
        var root = new RootCommand("Two-tower retrieval in pure managed C#: train, evaluate, index, query.")
        {
            QuickstartCommand.Create(terminal, findPack),
            TrainCommand.Create(terminal),
            EvaluateCommand.Create(terminal),
            IndexCommand.Create(terminal),
            BenchCommand.Create(terminal),
            InspectCommand.Create(terminal),
            QueryCommand.Create(terminal),
        };
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction(terminal);

        // A query may well begin with "@", which would name a file of arguments.
        return root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    private static int Fail(IAnsiConsole errors, int code, string message)
    {
        try
        {
            errors.Profile.Out.Writer.WriteLine("managed-retrieval: " + Terminal.OneLine(message).Trim());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Nobody listens; the exit code still tells.
        }

        return code;
    }

    private static string FirstError(ParseResult parsed)
    {
        // What was not understood says more than what is missing because of it.
        ParseError error = parsed.UnmatchedTokens is [string unknown, ..]
            ? parsed.Errors.FirstOrDefault(other => other.Message.Contains($"'{unknown}'", StringComparison.Ordinal)) ?? parsed.Errors[0]
            : parsed.Errors[0];
        return error.Message.TrimEnd('.') + ".";
    }

    private static string Path(ParseResult parsed)
    {
        string command = parsed.CommandResult.Command is RootCommand ? "" : " " + parsed.CommandResult.Command.Name;
        return "managed-retrieval" + command;
    }
}
