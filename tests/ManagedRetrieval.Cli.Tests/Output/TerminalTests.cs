using ManagedRetrieval.Cli.Output;
using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Output;

public class TerminalTests
{
    [Fact]
    public void A_redirected_table_is_aligned_text()
    {
        using var writer = new StringWriter();
        new Terminal(InProcess.Console(writer, live: false)).Table([new Column("API", IsText: true), new Column("score")], [["a.long.name", "1.5"], ["b", "-10.25"]]);
        Assert.Equal(["API           score", "a.long.name     1.5", "b            -10.25", ""], writer.ToString().ReplaceLineEndings("\n").Split('\n'));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Brackets_are_shown_not_obeyed(bool live)
    {
        using var writer = new StringWriter();
        var terminal = new Terminal(InProcess.Console(writer, live));
        terminal.Heading("[red]heading[/]");
        terminal.Line("[blue]line[/] [nonsense]");
        terminal.Table([new Column("[bold]API")], [["List[int]"]]);
        Assert.Equal(3, terminal.Step("[green]step", () => 3));
        string output = writer.ToString();
        Assert.All(["[red]heading[/]", "[blue]line[/] [nonsense]", "[bold]API", "List[int]", "[green]step"], text => Assert.Contains(text, output, StringComparison.Ordinal));
        Assert.Equal(live, output.Contains('\u001b', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public void Numbers_are_not_broken_where_a_drawn_table_would_be_too_wide(int columns, bool drawn)
    {
        using var writer = new StringWriter();
        Spectre.Console.IAnsiConsole console = InProcess.Console(writer, live: true);
        console.Profile.Width = 80;
        new Terminal(console).Table([.. Enumerable.Range(0, columns).Select(i => new Column($"column{i}"))], [[.. Enumerable.Range(0, columns).Select(i => $"12.3456{i}")]]);
        Assert.Equal(drawn, writer.ToString().Contains('│', StringComparison.Ordinal));
        string row = Assert.Single(writer.ToString().Split('\n'), line => line.Contains("12.34560", StringComparison.Ordinal));
        Assert.Contains($"12.3456{columns - 1}", row, StringComparison.Ordinal);
        Assert.InRange(row.Trim('\r').Length, 1, 80);
    }
}
