using System.Text.RegularExpressions;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

/// <summary>What a run of the tool came to.</summary>
internal sealed partial record ToolResult(int ExitCode, string Output, string Errors)
{
    public string[] Lines => Output.ReplaceLineEndings("\n").Split('\n');

    /// <summary>The output without what differs from run to run: times and the number of workers.</summary>
    public string Lasting => Times().Replace(Output.ReplaceLineEndings("\n"), "#");

    /// <summary>The data rows of the table whose header starts with the given title, of the n-th such table.</summary>
    public string[] Table(string title, int n = 0)
    {
        int[] headers = [.. Enumerable.Range(0, Lines.Length).Where(i => Lines[i].StartsWith(title + " ", StringComparison.Ordinal))];
        return [.. Lines.Skip(headers[n] + 1).TakeWhile(line => line.Length > 0)];
    }

    /// <summary>The run did all it was asked to, and had nothing to remark.</summary>
    public ToolResult Succeeded() => Remarked();

    /// <summary>The run did all it was asked to, with these lines on the error output.</summary>
    public ToolResult Remarked(params string[] lines)
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Errors}");
        Assert.Equal(string.Concat(lines.Select(line => line + "\n")), Errors.ReplaceLineEndings("\n"));
        return this;
    }

    /// <summary>The run failed with one clear line, and did nothing that it would have told of.</summary>
    public void Failed(int exitCode, params string[] problems)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, expected {exitCode}: {Errors}{Output}");
        string line = Assert.Single(Errors.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'));
        Assert.StartsWith("managed-retrieval: ", line, StringComparison.Ordinal);
        Assert.All(problems, problem => Assert.Contains(problem, line, StringComparison.Ordinal));
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, character => char.IsControl(character));
    }

    [GeneratedRegex(@"[\d,]+ pairs/s, \d+ s left|took [\d.]+ s|on \d+ workers?")]
    private static partial Regex Times();
}
