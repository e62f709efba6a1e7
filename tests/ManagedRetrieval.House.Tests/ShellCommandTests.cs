namespace ManagedRetrieval.House.Tests;

/// <summary>The commands of the pages exist, with the options that are shown.</summary>
public class ShellCommandTests
{
    private static readonly string[] Languages = ["", "csharp", "csharp fragment", "html", "json", "python", "sh", "text", "xml"];

    public static TheoryData<string> Pages => [.. Markdown.Pages.Where(page => Commands(page).Any())];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_of_a_page_is_understood(string page) =>
        Assert.All(Commands(page), command => Assert.Equal((command, null), (command, ShellCommand.Problem(command))));

    [Fact]
    public void Blocks_say_what_they_are_written_in()
    {
        // A block without a name is a drawing: it must not hide a command.
        Assert.All(Markdown.Pages.SelectMany(Markdown.Blocks), block =>
        {
            Assert.Contains(block.Info, Languages);
            Assert.True(block.Info.Length > 0 || !block.Text.Contains("dotnet ", StringComparison.Ordinal), block.Text);
        });
    }

    [Theory]
    [InlineData("dotnet run -c Release --project src/ManagedRetrieval.Cli -- query model.safetensors \"copy a file\" -k 5")]
    [InlineData("managed-retrieval train --data a.csv --seeds 3 # three times")]
    [InlineData("DOTNET_EnableAVX2=0 dotnet test -c Release")]
    [InlineData("dotnet add dishes reference src/ManagedRetrieval")]
    [InlineData("tests/fuzz.sh [EXECUTIONS [SEED]]")]
    public void A_command_that_exists_has_no_problem(string command) => Assert.Null(ShellCommand.Problem(command));

    [Theory]
    [InlineData("dotnet run -c Release --project src/ManagedRetrieval.Cli -- query model.safetensors copy a file")]
    [InlineData("managed-retrieval train --data a.csv --sedes 3")]
    [InlineData("managed-retrieval train")]
    [InlineData("managed-retrieval teach")]
    [InlineData("dotnet tset")]
    [InlineData("dotnet add dishes reference src/ManagedRetreival")]
    [InlineData("tests/fuzzy.sh")]
    [InlineData("A=1")]
    public void A_command_that_does_not_exist_is_noticed(string command) => Assert.NotNull(ShellCommand.Problem(command));

    private static IEnumerable<string> Commands(string page) => Markdown.Blocks(page).Where(block => block.Info == "sh").SelectMany(block => ShellCommand.Of(block.Text));
}
