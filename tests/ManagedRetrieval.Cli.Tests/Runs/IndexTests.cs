using System.Globalization;
using ManagedRetrieval.Cli.Tests.EndToEnd;
using ManagedRetrieval.Persistence;

namespace ManagedRetrieval.Cli.Tests.Runs;

public sealed class IndexTests : IDisposable
{
    private readonly SmallData _data = new();

    private string Indexed => _data.At("indexed/model.safetensors");

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("brute-force", "brute force, float rows", "exact", 5)]
    [InlineData("float16", "float16", "approximate", 4)]
    [InlineData("int8", "int8, scored again by float rows", "exact", 5)]
    [InlineData("int8 --drop-rows", "int8", "approximate", 4)]
    [InlineData("int8 --rescored 12", "int8, scored again by float rows", "approximate", 4)]
    [InlineData("partitioned --partitions 4 --probes 4 --rescored 40", "partitioned, lists of 4-bit codes", "approximate", 4)]
    [InlineData("partitioned --lists eight-bit", "partitioned, lists of bytes", "approximate", 4)]
    [InlineData("partitioned --recall 0.99 --queries 20", "partitioned, lists of 4-bit codes", "approximate", 4)]
    public async Task Every_kind_of_index_answers_as_the_model_that_it_was_built_of(string kind, string told, string answers, int same)
    {
        await TrainAsync();
        ToolResult built = await IndexAsync(["--kind", .. kind.Split(' ')]);
        Assert.Equal(told, Property(built, "kind"));
        Assert.Equal(answers, Property(built, "answers"));
        Assert.Equal("40", Property(built, "candidates"));
        Assert.InRange(double.Parse(Property(built, "recall")[..6], CultureInfo.InvariantCulture), same == 5 ? 1 : 0.9, 1);
        ToolResult inspected = (await InProcess.RunAsync("inspect", Indexed, "--verify")).Succeeded();
        Assert.Equal(built.Table("property").Where(line => !line.StartsWith("recall ", StringComparison.Ordinal) && !line.StartsWith("built ", StringComparison.Ordinal)).Select(Words), inspected.Table("property").Select(Words));
        string[] expected = await AnswersAsync(_data.Model), found = await AnswersAsync(Indexed), mapped = await AnswersAsync(Indexed, "--map");
        Assert.Equal(5, found.Length);
        Assert.InRange(expected.Intersect(found).Count(), same, 5);
        Assert.Equal(found, mapped);
    }

    [Fact]
    public async Task What_else_the_file_holds_is_kept()
    {
        await TrainAsync(SmallData.Ids.Replace("\"epochs\": 3", "\"epochs\": 3, \"correct_sampling_bias\": true", StringComparison.Ordinal));
        await IndexAsync("--kind", "float16");
        SafetensorsFile before = SafetensorsFile.Load(_data.Model), after = SafetensorsFile.Load(Indexed);
        Assert.Equal(before.GetFloats("index.sampling_probability"), after.GetFloats("index.sampling_probability"));
        Assert.Equal(Annotations(before), Annotations(after));
        Assert.NotEmpty(Annotations(after));
        Assert.Equal(before.GetFloats("query.user.table"), after.GetFloats("query.user.table"));
    }

    [Fact]
    public async Task The_model_is_measured_and_trained_on_from_as_before()
    {
        await TrainAsync();
        await IndexAsync("--kind", "int8", "--drop-rows");
        (await _data.EvaluateAsync(_data.At("before.json"))).Succeeded();
        (await InProcess.RunAsync("evaluate", Indexed, "--data", _data.Csv, "--time", "time", "--json", _data.At("after.json"))).Succeeded();
        Assert.Equal(SmallData.Figures(_data.At("before.json"), "metrics"), SmallData.Figures(_data.At("after.json"), "metrics"));
        (await _data.TrainAsync("--config", _data.Config("ids"), "--from", Indexed, "--epochs", "1")).Succeeded();
    }

    [Fact]
    public async Task Equal_builds_are_equal_bytes_for_any_number_of_workers()
    {
        await TrainAsync();
        await IndexAsync("--workers", "1", "--recall", "0.9");
        byte[] first = await File.ReadAllBytesAsync(Indexed);
        await IndexAsync("--workers", "3", "--recall", "0.9");
        Assert.Equal(first, await File.ReadAllBytesAsync(Indexed));
    }

    [Fact]
    public async Task Tuning_is_recorded_and_says_with_what_it_measured()
    {
        await TrainAsync();
        ToolResult untuned = await IndexAsync("--queries", "7");
        Assert.Equal("no", Property(untuned, "tuned"));
        Assert.EndsWith("at 10, with 7 users that the model knows", Property(untuned, "recall"), StringComparison.Ordinal);
        Assert.EndsWith("at 10, with 1 user that the model knows", Property(await IndexAsync("--queries", "1"), "recall"), StringComparison.Ordinal);
        string queries = _data.Write("held.csv", "query\nu1\nu2\nu3\n");
        ToolResult tuned = await IndexAsync("--recall", "0.9", "-k", "5", "--query-file", queries);
        Assert.EndsWith("at 5, with 3 queries", Property(tuned, "tuned"), StringComparison.Ordinal);
        Assert.InRange(double.Parse(Property(tuned, "tuned")["recall ".Length..][..6], CultureInfo.InvariantCulture), 0.9, 1);
        Assert.Equal(Property(tuned, "tuned"), Property((await InProcess.RunAsync("inspect", Indexed)).Succeeded(), "tuned"));
    }

    [Fact]
    public async Task A_model_of_histories_is_measured_with_histories_of_one_item()
    {
        await TrainAsync(SmallData.Ids.Replace("{ \"type\": \"id\", \"from\": \"user\" }", "{ \"type\": \"history\", \"encoder\": \"mean\" }", StringComparison.Ordinal));
        Assert.EndsWith("with 40 candidates' ids, asked as queries", Property(await IndexAsync("--kind", "int8"), "recall"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_built_is_one_line_that_says_why()
    {
        await TrainAsync();
        await IndexAsync("--kind", "float16");
        byte[] bytes = await File.ReadAllBytesAsync(Indexed);
        (await InProcess.RunAsync("index", Indexed, "--out", _data.At("again.safetensors"))).Failed(1, Indexed, "no index of plain float rows", "'train' or 'quickstart'");
        (await InProcess.RunAsync("index", _data.Model, "--out", _data.Model)).Failed(1, _data.Model, "which is read");
        (await InProcess.RunAsync("index", _data.At("none.safetensors"), "--out", Indexed)).Failed(1, "none.safetensors");
        (await InProcess.RunAsync("index", _data.Model, "--out", Indexed, "--query-file", _data.At("none.csv"))).Failed(1, "none.csv");
        (await InProcess.RunAsync("index", _data.Model, "--out", _data.Out)).Failed(1, _data.Out, "folder");
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Indexed));
        Assert.False(File.Exists(_data.At("again.safetensors")));
    }

    [Theory]
    [InlineData("index", "--out")]
    [InlineData("index --out x", "'MODEL'")]
    [InlineData("index model", "--out")]
    [InlineData("index model --out x --kind graph", "graph")]
    [InlineData("index model --out x --lists three-bit", "three-bit")]
    [InlineData("index model --out x --kind int8 --lists four-bit", "--lists", "int8")]
    [InlineData("index model --out x --kind float16 --rescored 3", "--rescored", "float16")]
    [InlineData("index model --out x --kind int8 --recall 0.9", "--recall", "int8")]
    [InlineData("index model --out x --drop-rows", "--drop-rows", "partitioned")]
    [InlineData("index model --out x --recall 0.9 --probes 3", "--probes", "--recall")]
    [InlineData("index model --out x --recall 1.1", "--recall", "'1.1'")]
    [InlineData("index model --out x --recall 0", "--recall", "'0'")]
    [InlineData("index model --out x --partitions 0", "--partitions", "'0'")]
    [InlineData("index model --out x --queries 0", "--queries", "'0'")]
    [InlineData("query model --file", "--file")]
    [InlineData("query model text --file x", "'TEXT'", "--file")]
    [InlineData("query model text --out x", "--out", "--file")]
    [InlineData("query model --file x --exclude i1", "--exclude", "--file")]
    [InlineData("query model --file x --at 3", "--at", "--file")]
    [InlineData("bench", "'MODEL'")]
    [InlineData("bench model -k 0", "-k", "'0'")]
    [InlineData("inspect model --verify maybe", "'maybe'")]
    public async Task Wrong_usage_is_one_line_that_names_what_is_wrong(string commandLine, params string[] problems) =>
        (await InProcess.RunAsync(commandLine.Split(' '))).Failed(2, [.. problems, "--help'"]);

    [Fact]
    public async Task A_damaged_row_is_found_when_it_is_looked_for()
    {
        await TrainAsync();
        await IndexAsync("--kind", "float16");
        byte[] bytes = await File.ReadAllBytesAsync(Indexed);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Indexed, bytes);
        (await InProcess.RunAsync("inspect", Indexed)).Succeeded();
        (await InProcess.RunAsync("inspect", Indexed, "--verify")).Failed(1, Indexed, "checksum");
        (await InProcess.RunAsync("query", Indexed, "u4")).Failed(1, Indexed, "checksum");
    }

    private async Task TrainAsync(string model = SmallData.Ids) => (await _data.TrainAsync("--config", _data.Config("ids", model), "--epochs", "20")).Succeeded();

    private async Task<ToolResult> IndexAsync(params string[] arguments) => (await InProcess.RunAsync(["index", _data.Model, "--out", Indexed, .. arguments])).Succeeded();

    private static async Task<string[]> AnswersAsync(string model, params string[] arguments) =>
        [.. (await InProcess.RunAsync(["query", model, "u4", "-k", "5", .. arguments])).Succeeded().Table("rank").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])];

    private static string Property(ToolResult result, string name) =>
        Assert.Single(result.Table("property"), line => line.StartsWith(name + " ", StringComparison.Ordinal))[name.Length..].Trim();

    private static string Words(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<KeyValuePair<string, string>> Annotations(SafetensorsFile file) =>
        file.Metadata.Where(entry => entry.Key.StartsWith("annotation.", StringComparison.Ordinal)).OrderBy(entry => entry.Key, StringComparer.Ordinal);
}
