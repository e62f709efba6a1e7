using ManagedRetrieval.Cli.Tests.ReferenceDocs;
using ManagedRetrieval.Engine;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

public class UsageTests
{
    [Theory]
    [InlineData("--wrong", "'--wrong'")]
    [InlineData("teach", "'teach'")]
    [InlineData("train", "'--data'")]
    [InlineData("quickstart --wrong", "'--wrong'")]
    [InlineData("quickstart extra", "'extra'")]
    [InlineData("quickstart --epochs", "'--epochs'")]
    [InlineData("quickstart --epochs 0", "--epochs", "'0'", "1 to 10000")]
    [InlineData("quickstart --epochs -1", "--epochs", "'-1'")]
    [InlineData("quickstart --epochs x", "--epochs", "'x'")]
    [InlineData("quickstart --epochs 1.5", "--epochs", "'1.5'")]
    [InlineData("quickstart --epochs 10001", "--epochs", "'10001'")]
    [InlineData("quickstart --epochs=99999999999999999999", "--epochs", "'99999999999999999999'")]
    [InlineData("quickstart --epochs 1 --epochs 2", "'--epochs'")]
    [InlineData("quickstart --workers 0", "--workers", "'0'", "1 to 1024")]
    [InlineData("quickstart --workers two", "--workers", "'two'")]
    [InlineData("quickstart --seed -1", "--seed", "'-1'")]
    [InlineData("quickstart --seed 18446744073709551616", "--seed", "'18446744073709551616'")]
    [InlineData("quickstart --out ~", "--out")]
    [InlineData("quickstart --json ~", "--json")]
    [InlineData("query", "'MODEL'")]
    [InlineData("query model", "'TEXT'", "--file", "--history")]
    [InlineData("query model --history", "--history")]
    [InlineData("query --history i1 i2", "'MODEL'")]
    [InlineData("query model text --exclude-seen ~", "--exclude-seen")]
    [InlineData("query model text --exclude-seen x --format xml", "'xml'", "'csv'")]
    [InlineData("query model text --user who", "--user", "--exclude-seen")]
    [InlineData("query model text --item what", "--item", "--exclude-seen")]
    [InlineData("query model text --format csv", "--format", "--exclude-seen")]
    [InlineData("query model text more", "'more'")]
    [InlineData("query model text --epochs 3", "'--epochs'")]
    [InlineData("query model text -k 0", "-k", "'0'")]
    [InlineData("query model text -k -5", "-k", "'-5'")]
    [InlineData("query model text -k many", "-k", "'many'")]
    [InlineData("query model text --workers 1025", "--workers", "'1025'")]
    [InlineData("query model ~", "TEXT", "''")]
    [InlineData("query model \t", "TEXT")]
    [InlineData("query model !?", "TEXT", "'!?'")]
    public async Task Wrong_usage_is_one_line_that_names_what_is_wrong(string commandLine, params string[] problems)
    {
        // A tilde stands for an empty argument.
        string[] arguments = [.. commandLine.Split(' ').Select(argument => argument == "~" ? "" : argument)];
        ToolResult result = await InProcess.RunAsync(arguments);
        result.Failed(2, [.. problems, "--help'"]);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task No_command_at_all_is_wrong_usage() => (await InProcess.RunAsync()).Failed(2, "command", "'managed-retrieval --help'");

    [Fact]
    public async Task A_process_reports_wrong_usage_by_its_exit_code()
    {
        using var folder = new TemporaryFolder();
        ToolResult result = await ToolProcess.RunAsync(folder.Path, new Dictionary<string, string>(), "quickstart", "--epochs", "x\ny");
        result.Failed(2, "--epochs", "'x y'");
        Assert.Equal("", result.Output);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("--help", "quickstart", "query", "index", "bench", "inspect", "<MODEL>", "<TEXT>", "--version", "--help")]
    [InlineData("quickstart --help", "--seed", "--epochs", "--out", "--json", "--workers", "[default: 12]")]
    [InlineData("query --help", "<MODEL>", "<TEXT>", "--history", "--at", "--exclude", "--exclude-seen", "--format", "--user", "--item", "-k", "--file", "--out", "--map", "--workers", "[default: 10]")]
    [InlineData("index --help", "<MODEL>", "--out", "--kind", "--lists", "--partitions", "--probes", "--rescored", "--drop-rows", "--recall", "--queries", "--query-file", "[default: partitioned]")]
    [InlineData("bench --help", "<MODEL>", "--exact", "-k", "--queries", "--query-file", "--json", "--out", "--workers")]
    [InlineData("inspect --help", "<MODEL>", "--verify")]
    public async Task Help_names_every_command_argument_and_option(string commandLine, params string[] names)
    {
        ToolResult result = (await InProcess.RunAsync(commandLine.Split(' '))).Succeeded();
        Assert.All(names, name => Assert.Contains(name, result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_version_says_what_the_kernels_run_on()
    {
        ToolResult result = (await InProcess.RunAsync(["--version"])).Succeeded();
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(2, lines.Length);
        Assert.Matches(@"^\d+\.\d+\.\d+", lines[0]);
        Assert.Equal(Hardware.Describe(), lines[1]);
    }
}
