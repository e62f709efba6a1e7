using ManagedRetrieval.Cli.Tests.EndToEnd;

namespace ManagedRetrieval.Cli.Tests.Runs;

/// <summary>No command writes in the place of what it reads.</summary>
public sealed class KeptInputTests(KeptInputs inputs) : IClassFixture<KeptInputs>
{
    [Theory]
    [InlineData("query @out/model.safetensors --file @queries.jsonl --out @out/model.safetensors")]
    [InlineData("query @out/model.safetensors --file @queries.jsonl --out @queries.jsonl")]
    [InlineData("query @out/model.safetensors --map --file @queries.jsonl --out @held/../queries.jsonl")]
    [InlineData("query @out/model.safetensors --file @queries.jsonl --exclude-seen @data.csv --out @data.csv")]
    [InlineData("bench @out/model.safetensors --queries 5 --json @out/model.safetensors")]
    [InlineData("bench @out/model.safetensors --query-file @queries.jsonl --json @queries.jsonl")]
    [InlineData("bench @earlier.safetensors --exact @out/model.safetensors --json @out/model.safetensors")]
    [InlineData("bench @held/bench.svg --queries 5 --out @held")]
    [InlineData("index @out/model.safetensors --out @out/model.safetensors")]
    [InlineData("index @out/model.safetensors --query-file @queries.jsonl --out @queries.jsonl")]
    [InlineData("evaluate @out/model.safetensors --data @data.csv --time time --json @out/model.safetensors")]
    [InlineData("evaluate @out/model.safetensors --data @data.csv --time time --json @data.csv")]
    [InlineData("train --data @data.csv --time time --out @fresh --json @data.csv")]
    [InlineData("train --data @held/model.safetensors --format csv --time time --out @held")]
    [InlineData("train --data @held/report.html --format csv --time time --out @held")]
    [InlineData("train --data @train.csv --test @test.csv --time time --out @fresh --json @test.csv")]
    [InlineData("train --data @train.csv --validation @data.csv --test @test.csv --time time --out @fresh --json @data.csv")]
    [InlineData("train --data @data.csv --items @items.csv --out @fresh --json @items.csv")]
    [InlineData("train --data @data.csv --users @users.csv --out @fresh --json @users.csv")]
    [InlineData("train --data @data.csv --config @ids.json --out @fresh --json @ids.json")]
    [InlineData("train --data @data.csv --from @out/model.safetensors --out @fresh --json @out/model.safetensors")]
    [InlineData("train --data @data.csv --config @ids.json --from @held/checkpoint-ids-1.safetensors --out @held")]
    public async Task A_result_in_the_place_of_an_input_is_refused_and_nothing_changes(string commandLine) =>
        await Refused(commandLine, "Cannot write '", "that is the place of '", "which is read");

    [LinuxTheory]
    [InlineData("index @out/model.safetensors --out @linked/model.safetensors")]
    [InlineData("index @linked/model.safetensors --out @out/model.safetensors")]
    [InlineData("query @latest.safetensors --file @queries.jsonl --out @out/model.safetensors")]
    [InlineData("query @latest.safetensors --file @queries.jsonl --out @latest.safetensors")]
    [InlineData("query @second.safetensors --file @queries.jsonl --out @linked/model.safetensors")]
    [InlineData("query @second.safetensors --file @queries.jsonl --out @latest.safetensors")]
    [InlineData("query @through.safetensors --file @queries.jsonl --out @deep/model.safetensors")]
    [InlineData("train --data @data.csv --from @latest.safetensors --out @fresh --json @out/model.safetensors")]
    public async Task Links_do_not_hide_an_input(string commandLine) =>
        await Refused(commandLine, "Cannot write '", "that is the place of '", "which is read");

    [LinuxTheory]
    [InlineData("query @circle.safetensors --file @queries.jsonl --out @answers.jsonl")]
    public async Task Links_in_a_circle_are_no_model(string commandLine) => await Refused(commandLine, "circle.safetensors");

    [LinuxTheory]
    [InlineData("query @out/model.safetensors --file @queries.jsonl --out @answers.jsonl")]
    public async Task An_output_that_is_a_link_to_an_input_is_replaced_and_the_input_stays(string commandLine)
    {
        File.CreateSymbolicLink(inputs.At("answers.jsonl"), "queries.jsonl");
        Dictionary<string, string> before = inputs.Contents();
        (await InProcess.RunAsync(inputs.Arguments(commandLine))).Succeeded();
        Assert.Null(new FileInfo(inputs.At("answers.jsonl")).LinkTarget);
        File.Delete(inputs.At("answers.jsonl"));
        before.Remove("answers.jsonl");
        Assert.Equal(before, inputs.Contents());
    }

    [Fact]
    public async Task A_model_may_follow_the_one_that_it_begins_with_and_an_index_an_earlier_one()
    {
        using var data = new SmallData();
        (await data.TrainAsync("--config", data.Config("ids"))).Succeeded();
        byte[] first = await File.ReadAllBytesAsync(data.Model);
        (await data.TrainAsync("--config", data.At("ids.json"), "--from", data.Model, "--epochs", "1")).Succeeded();
        Assert.NotEqual(first, await File.ReadAllBytesAsync(data.Model));
        foreach (string kind in (string[])["float16", "int8"])
        {
            (await InProcess.RunAsync("index", data.Model, "--out", data.At("indexed.safetensors"), "--kind", kind)).Succeeded();
        }
    }

    private async Task Refused(string commandLine, params string[] problems)
    {
        Dictionary<string, string> before = inputs.Contents();
        (await InProcess.RunAsync(inputs.Arguments(commandLine))).Failed(1, problems);
        Assert.Equal(before, inputs.Contents());
    }
}
