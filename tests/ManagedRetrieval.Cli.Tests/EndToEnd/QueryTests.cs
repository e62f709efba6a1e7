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
    [InlineData("LC_ALL", "tr_TR.UTF-8")]
    [InlineData("LC_ALL", "de_DE.UTF-8")]
    [InlineData("GITHUB_ACTIONS", "true")]
    [InlineData("TERM", "xterm-256color")]
    public async Task Redirected_answers_are_the_same_plain_text_everywhere(string variable, string value)
    {
        string[] query = ["query", first.ModelFile, "I will JOIN THE FILE list", "-k", "3"];
        ToolResult there = await first.RunAsync(first.Folder, new() { [variable] = value }, query);
        Assert.DoesNotContain('\u001b', there.Succeeded().Output);
        Assert.Equal((await InProcess.RunAsync(query)).Output, there.Output);
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

    private static string[] Cells(string row) => row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
