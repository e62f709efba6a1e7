using System.Text;
using ManagedRetrieval.Cli;
using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.ReferenceDocs;
using Spectre.Console;

namespace ManagedRetrieval.House.Tests;

/// <summary>A command that a page tells its reader to type: what can be known of it without running it.</summary>
internal static class ShellCommand
{
    private static readonly string[] Verbs = ["add", "build", "format", "new", "pack", "publish", "restore", "run", "test", "tool"];
    private static readonly string[] Programs = ["cat", "cd", "cmp", "git", "ls", "mkdir", "python3"];

    /// <summary>The commands of a block: a line each, lines that end with a backslash joined to the next.</summary>
    public static IEnumerable<string> Of(string block) =>
        block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#');

    /// <summary>What is wrong with a command; null where nothing is.</summary>
    public static string? Problem(string command)
    {
        string[] words = Words(command);
        string[] arguments = [.. words.SkipWhile(word => word.Split('=')[0] is { } name && name != word && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))];
        return arguments switch
        {
            [] => "nothing is run",
            ["managed-retrieval", ..] => OfTool(arguments[1..]),
            ["dotnet", "run", ..] when Array.IndexOf(arguments, "--") is > 0 and var end && arguments.Contains("src/ManagedRetrieval.Cli") => OfTool(arguments[(end + 1)..]),
            ["dotnet", var verb, .. var rest] => Verbs.Contains(verb) ? Missing(rest) : $"dotnet has no '{verb}'",
            // What begins with "./" is what the reader has built.
            [var program, ..] => Programs.Contains(program) || program.StartsWith("./", StringComparison.Ordinal) || File.Exists(Path.Combine(Repository.Root, program)) ? null : $"there is no '{program}'",
        };
    }

    private static string? OfTool(string[] arguments)
    {
        var nowhere = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        var parsed = Tool.Parse(arguments, new Terminal(nowhere), () => new ReferencePackSearch(null, []));
        return parsed.Errors.Count == 0 ? null : parsed.Errors[0].Message;
    }

    private static string? Missing(string[] arguments) =>
        arguments.Where(argument => argument.Split('/')[0] is "src" or "tests" or "benchmarks" or "docs" && !Path.Exists(Path.Combine(Repository.Root, argument)))
            .Select(argument => $"there is no '{argument}'").FirstOrDefault();

    /// <summary>Words as a shell sees them: quotes keep spaces, a remark ends the line.</summary>
    private static string[] Words(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        bool isOpen = false;
        foreach (char c in command + ' ')
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                (quote, isOpen) = (quote == '\0' ? c : '\0', true);
            }
            else if (quote == '\0' && c == '#' && !isOpen)
            {
                break;
            }
            else if (quote == '\0' && c == ' ')
            {
                if (isOpen)
                {
                    words.Add(word.ToString());
                }

                (isOpen, _) = (false, word.Clear());
            }
            else
            {
                (isOpen, _) = (true, word.Append(c));
            }
        }

        return [.. words];
    }
}
