namespace ManagedRetrieval.House.Tests;

/// <summary>What the pages show is what happens.</summary>
public class DocumentationTests
{
    public static TheoryData<string, int> Programs
    {
        get
        {
            var programs = new TheoryData<string, int>();
            foreach (string page in Markdown.Pages)
            {
                foreach ((_, _, int line) in Markdown.Blocks(page).Where(block => block.Info == "csharp"))
                {
                    programs.Add(page, line);
                }
            }

            return programs;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_program_compiles_and_runs(string page, int line)
    {
        string program = Markdown.Blocks(page).Single(block => block.Line == line).Text;
        string output = Example.Run(program, $"{Path.GetFileNameWithoutExtension(page)}-{line}");
        Assert.NotEqual("", output);
        if (Markdown.StatedOutput(program) is { Length: > 0 } stated)
        {
            Assert.Equal(stated, output);
        }
    }

    [Fact]
    public void Almost_every_program_states_its_output()
    {
        // The last program of a page may stand for itself: retrieval.md's shows how things fit together.
        (string Page, string Text)[] silent =
        [
            .. Markdown.Pages.Where(page => page != "README.md").SelectMany(page => Markdown.Blocks(page).Where(block => block.Info == "csharp").Select(block => (page, block.Text)))
                .Where(program => Markdown.StatedOutput(program.Text) == ""),
        ];
        Assert.All(silent, program => Assert.Contains("sealed class EveryTenthEpoch", program.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Console.WriteLine(1);\n// 1\n", "1\n")]
    [InlineData("Console.WriteLine(1);\n\n// 1\n// 2\n", "1\n2\n")]
    [InlineData("Run();\n// the end\n", "the end\n")]
    [InlineData("Console.WriteLine(1);\n// 1\n\n/// <summary>A type.</summary>\nclass Type;\n", "1\n")]
    [InlineData("Console.WriteLine(1);\n// Then comes two.\nConsole.WriteLine(2);\n", "")]
    [InlineData("// A start.\nConsole.WriteLine(2);\n", "")]
    [InlineData("if (x)\n{\n    // A remark.\n}\n", "")]
    [InlineData("Console.WriteLine(1);\n\nclass Type\n{\n}\n", "")]
    public void Comments_at_the_end_of_the_statements_state_the_output(string program, string output) =>
        Assert.Equal(output, Markdown.StatedOutput(program));

    [Fact]
    public void The_readme_example_is_short_and_prints_what_the_readme_says()
    {
        (string Info, string Text, int Line)[] blocks = [.. Markdown.Blocks("README.md")];
        int example = Array.FindIndex(blocks, block => block.Info == "csharp");
        Assert.True(blocks[example].Text.AsSpan().Trim().Count('\n') + 1 <= 25);
        Assert.Equal("text", blocks[example + 1].Info);
        Assert.Equal(blocks[example + 1].Text, Example.Run(blocks[example].Text, "readme"));
    }

    [Fact]
    public void The_readme_gives_the_commands_that_are_checked()
    {
        string[] commands = [.. Markdown.Blocks("README.md").Where(block => block.Info == "sh").SelectMany(block => block.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Contains("dotnet run -c Release --project src/ManagedRetrieval.Cli -- quickstart", commands);
        Assert.Contains("dotnet test -c Release", commands);
        Assert.Contains("dotnet test -c Release", Repository.Read(".ci/run"), StringComparison.Ordinal);
    }
}
