using System.Globalization;
using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

public sealed class SavedModelTests : IDisposable
{
    private readonly SmallData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_user_is_answered_with_items_of_his_half_and_without_those_excluded()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"), "--epochs", "30")).Succeeded();
        string[] answers = await AnswersAsync("u4", "-k", "5");
        Assert.Equal(5, answers.Length);
        Assert.InRange(OfFirstHalf(answers), 4, 5);
        string[] others = await AnswersAsync("u4", "-k", "5", "--exclude", answers[0], answers[2]);
        Assert.Equal([answers[1], answers[3], answers[4]], others[..3]);
        Assert.InRange(OfFirstHalf(await AnswersAsync("u5", "-k", "5")), 0, 1);
        Assert.Equal(SmallData.Items, (await AnswersAsync("u4", "-k", "1000")).Length);
        ToolResult unknown = await InProcess.RunAsync("query", _data.Model, "nobody", "-k", "3");
        Assert.Equal(3, unknown.Remarked("1 queried id is unknown to the model, and answered as unknown ones are: nobody.").Table("rank").Length);
    }

    [Fact]
    public async Task A_history_decides_the_answer_of_a_model_that_reads_it()
    {
        string model = SmallData.Ids.Replace("{ \"type\": \"id\", \"from\": \"user\" }", "{ \"type\": \"history\", \"encoder\": \"mean\" }", StringComparison.Ordinal);
        (await _data.TrainAsync("--config", _data.Config("history", model), "--epochs", "30")).Succeeded();
        Assert.InRange(OfFirstHalf(await AnswersAsync("x", "-k", "5", "--history", "i1", "i2", "i3", "i4")), 4, 5);
        Assert.InRange(OfFirstHalf(await AnswersAsync("x", "-k", "5", "--history", "i21", "i22", "i23", "i24")), 0, 1);
    }

    [Theory]
    [InlineData("{ \"type\": \"history\" }", null)]
    [InlineData("{ \"type\": \"history\" }, { \"type\": \"constant\" }, { \"type\": \"time\" }", null)]
    [InlineData("{ \"type\": \"history\" }, { \"type\": \"id\", \"from\": \"user\" }", "'TEXT'")]
    [InlineData("{ \"type\": \"history\" }, { \"type\": \"text\", \"from\": \"user\", \"buckets\": 64 }", "'TEXT'")]
    public async Task A_history_is_enough_where_the_model_reads_neither_a_text_nor_a_user(string features, string? missing)
    {
        (await _data.TrainAsync("--config", _data.Config("history", SmallData.Ids.Replace("{ \"type\": \"id\", \"from\": \"user\" }", features, StringComparison.Ordinal)))).Succeeded();
        ToolResult alone = await InProcess.RunAsync("query", _data.Model, "-k", "5", "--history", "i1", "i2");
        if (missing is not null)
        {
            alone.Failed(1, missing);
            return;
        }

        Assert.Equal(await AnswersAsync("x", "-k", "5", "--history", "i1", "i2"), Answers(alone));
    }

    [Fact]
    public async Task Inspection_lists_tensors_descriptions_and_the_candidates_state()
    {
        (await _data.TrainAsync("--config", _data.Config("ids"), "--seed", "7")).Succeeded();
        ToolResult result = (await InProcess.RunAsync("inspect", _data.Model)).Succeeded();
        string[] tensors = result.Table("name");
        Assert.Contains(tensors, line => line.StartsWith("index.embeddings ", StringComparison.Ordinal) && line.Contains("[40, 8]", StringComparison.Ordinal) && line.EndsWith("1,280", StringComparison.Ordinal));
        Assert.Contains(tensors, line => line.StartsWith("query.user.table ", StringComparison.Ordinal) && line.Contains("[31, 8]", StringComparison.Ordinal));
        Assert.Contains("annotation.seed: 7", result.Lines);
        Assert.Contains(result.Lines, line => line.StartsWith("40 of 8 dimensions", StringComparison.Ordinal));
        string description = result.Lines.First(line => line.StartsWith("annotation.model: ", StringComparison.Ordinal))["annotation.model: ".Length..];
        Assert.DoesNotContain("attribute", description, StringComparison.Ordinal);

        // The description is a model's file as it stands.
        (await InProcess.RunAsync("train", "--data", _data.Csv, "--time", "time", "--config", _data.Config("again", description), "--seed", "7", "--out", _data.At("again"))).Succeeded();
        Assert.Equal(await File.ReadAllBytesAsync(_data.Model), await File.ReadAllBytesAsync(_data.At("again/model.safetensors")));
    }

    [Fact]
    public async Task A_checkpoint_can_be_inspected_but_answers_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        using var output = new WatchedWriter("Measuring", cancellation.Cancel);
        await RepeatedTrainingTests.RunAsync(output, cancellation.Token, "train", "--data", _data.Csv, "--time", "time", "--config", _data.Config("ids"), "--out", _data.Out);
        string checkpoint = _data.At("out/checkpoint-ids-1.safetensors");
        ToolResult result = (await InProcess.RunAsync("inspect", checkpoint)).Succeeded();
        Assert.Contains(result.Table("name"), line => line.StartsWith("parameter/", StringComparison.Ordinal));
        (await InProcess.RunAsync("query", checkpoint, "u1")).Failed(1, checkpoint);
        (await InProcess.RunAsync("evaluate", checkpoint, "--data", _data.Csv)).Failed(1, checkpoint, "no model that 'train' saved");
    }

    private async Task<string[]> AnswersAsync(string user, params string[] arguments) => Answers(await InProcess.RunAsync(["query", _data.Model, user, .. arguments]));

    private static string[] Answers(ToolResult result) =>
        [.. result.Succeeded().Table("rank").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])];

    private static int OfFirstHalf(string[] items) => items.Count(item => int.Parse(item[1..], CultureInfo.InvariantCulture) < SmallData.Items / 2);
}
