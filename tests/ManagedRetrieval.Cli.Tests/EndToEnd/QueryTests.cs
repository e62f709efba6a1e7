using System.Text.RegularExpressions;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

[Collection(FinishedQuickstartTests.Name)]
public class QueryTests(FinishedQuickstart first)
{
    [Fact]
    public async Task A_fresh_process_answers_with_the_lines_that_the_quickstart_printed()
    {
        string[] sentences = ["sort the elements of a list", "wait for all tasks to finish"];
        string[][] printed = [first.Result.Table("rank"), first.Result.Table("rank", 4)];
        for (int i = 0; i < sentences.Length; i++)
        {
            Assert.Contains($"\"{sentences[i]}\"", first.Result.Lines);
            ToolResult answer = await first.RunAsync(first.Folder, [], "query", first.ModelFile, sentences[i]);
            Assert.Equal(printed[i], answer.Succeeded().Table("rank"));
        }
    }

    [Theory]
    [InlineData("GITHUB_ACTIONS", "true")]
    [InlineData("TERM", "xterm-256color")]
    public async Task Redirected_answers_are_the_same_plain_text_everywhere(string variable, string value)
    {
        string[] query = ["query", first.ModelFile, "I will JOIN THE FILE list", "-k", "3"];
        ToolResult there = await first.RunAsync(first.Folder, new() { [variable] = value }, query);
        Assert.DoesNotContain('\u001b', there.Succeeded().Output);
        Assert.Equal((await InProcess.RunAsync(query)).Output, there.Output);
    }

    // The tool as a process has no cultures; these tests do.
    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public async Task Answers_are_the_same_in_every_culture(string culture)
    {
        string[] query = ["query", first.ModelFile, "I will JOIN THE FILE list", "-k", "3"];
        ToolResult there = await InProcess.RunInCultureAsync(culture, () => first.Pack, query);
        Assert.Equal((await InProcess.RunInCultureAsync("", () => first.Pack, query)).Output, there.Succeeded().Output);
    }

    [Fact]
    public async Task The_query_of_the_readme_and_of_the_quickstart_gives_five_answers()
    {
        string command = Assert.Single(File.ReadLines(Readme()), line => line.StartsWith("dotnet run ", StringComparison.Ordinal) && line.Contains(" query ", StringComparison.Ordinal));
        string printed = Assert.Single(first.Result.Lines, line => line.Contains(" -- query ", StringComparison.Ordinal)).Trim();
        foreach (string line in new[] { command, printed })
        {
            string[] arguments = [.. Regex.Matches(line[line.IndexOf("query ", StringComparison.Ordinal)..], "\"(?<it>[^\"]*)\"|(?<it>\\S+)").Select(match => match.Groups["it"].Value)];
            ToolResult answer = await first.RunAsync(first.Folder, [], arguments);
            Assert.Equal(5, answer.Succeeded().Table("rank").Length);
            Assert.Contains("File", answer.Table("rank")[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task It_gives_as_many_answers_as_asked_for_and_as_there_are()
    {
        ToolResult some = await InProcess.RunAsync("query", first.ModelFile, "copy a file", "-k", "3", "--workers", "2");
        ToolResult all = await InProcess.RunAsync("query", first.ModelFile, "copy a file", "-k", "2147483647");
        Assert.Equal(400, all.Succeeded().Table("rank").Length);
        Assert.Equal(3, some.Succeeded().Table("rank").Length);
        Assert.Equal(all.Table("rank").Take(3).Select(Cells), some.Table("rank").Select(Cells));
        Assert.Equal(all.Table("rank").Select(row => float.Parse(Cells(row)[^1], System.Globalization.CultureInfo.InvariantCulture)).OrderDescending(),
            all.Table("rank").Select(row => float.Parse(Cells(row)[^1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(Enumerable.Range(1, 400).Select(rank => $"{rank}"), all.Table("rank").Select(row => Cells(row)[0]));
    }

    [Theory]
    [InlineData("@file")]
    [InlineData("[directive]")]
    [InlineData("File = \"a\\b\"")]
    public async Task Any_text_with_a_word_is_a_query(string text) =>
        Assert.Equal(2, (await InProcess.RunAsync("query", first.ModelFile, text, "-k", "2")).Succeeded().Table("rank").Length);

    [Fact]
    public async Task After_two_dashes_a_query_may_look_like_an_option() =>
        Assert.Equal(2, (await InProcess.RunAsync("query", "-k", "2", "--", first.ModelFile, "--help")).Succeeded().Table("rank").Length);

    private static string Readme()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ManagedRetrieval.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "README.md");
    }

    private static string[] Cells(string row) => row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
