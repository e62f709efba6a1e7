using System.Text.Json;
using System.Text.RegularExpressions;
using ManagedRetrieval.Cli.Tests.ReferenceDocs;
using Xunit.Abstractions;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

/// <summary>What the README promises of the quickstart, on the documentation that it is about. All tests share one run.</summary>
public class ReferencePackRunTests(ReferencePackRun run, ITestOutputHelper output) : IClassFixture<ReferencePackRun>
{
    // For each sentence in order: the members of which one is a sensible answer.
    private static readonly (string Sentence, string Sensible)[] Questions =
    [
        ("sort the elements of a list", @"\.(List|Array|ArrayList|ImmutableList|MemoryExtensions)\.Sort$"),
        ("read all lines of a text file", @"\.File\.(ReadAllLines|ReadLines)(Async)?$"),
        ("compute the SHA-256 hash of a byte array", @"\.SHA256\.(HashData|TryHashData)(Async)?$"),
        ("parse a date from a string", @"\.(DateTime|DateOnly|DateTimeOffset)\.(Try)?Parse(Exact)?$"),
        ("wait for all tasks to finish", @"\.Task\.(WaitAll|WhenAll)$"),
    ];

    [ReferencePackFact]
    public async Task The_model_finds_three_of_four_in_ten_and_beats_bm25_by_far()
    {
        JsonElement figures = await run.FiguresAsync();
        JsonElement metrics = figures.GetProperty("metrics");
        double model = metrics.GetProperty("model").GetProperty("top_10").GetDouble();
        double bm25 = metrics.GetProperty("bm25").GetProperty("top_10").GetDouble();
        output.WriteLine(FormattableString.Invariant($"top 10: model {model:F4}, BM25 {bm25:F4}; training took {figures.GetProperty("training_seconds").GetDouble():F1} s"));
        Assert.InRange(model, 0.75, 1);
        Assert.InRange(bm25, 0.3, model - 0.20);
        Assert.InRange(figures.GetProperty("validation_metrics").GetProperty("top_10").GetDouble(), 0.75, 1);
    }

    [ReferencePackFact]
    public async Task It_searches_all_apis_and_tests_on_a_few_thousand_sentences()
    {
        // 39,856 and 2,507 in 10.0.12; the ranges, those of ReferenceDocsDatasetTests, leave room for other versions.
        JsonElement data = (await run.FiguresAsync()).GetProperty("data");
        Assert.InRange(data.GetProperty("corpus").GetInt32(), 30_000, 60_000);
        Assert.InRange(data.GetProperty("test_queries").GetInt32(), 1_800, 3_600);
    }

    [ReferencePackFact]
    public async Task Its_settings_are_the_documented_ones()
    {
        ToolResult result = await run.ResultAsync();
        int workers = Environment.ProcessorCount;
        Assert.Contains($"Training 12 epochs on {workers} worker{(workers == 1 ? "" : "s")}, seed 1.", result.Lines);
        Assert.Equal(12, (await run.FiguresAsync()).GetProperty("epochs").GetArrayLength());
    }

    [ReferencePackFact]
    public async Task Each_question_has_a_sensible_answer_among_the_first_ten()
    {
        ToolResult result = await run.ResultAsync();
        for (int i = 0; i < Questions.Length; i++)
        {
            string[] names = [.. result.Table("rank", i).Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])];
            output.WriteLine($"{Questions[i].Sentence}: {string.Join(", ", names)}");
            Assert.Contains($"\"{Questions[i].Sentence}\"", result.Lines);
            Assert.Equal(10, names.Length);
            Assert.Contains(names, name => Regex.IsMatch(name, Questions[i].Sensible));
        }
    }

    [ReferencePackFact]
    public async Task The_saved_model_gives_the_printed_answers()
    {
        ToolResult result = await run.ResultAsync();
        for (int i = 0; i < Questions.Length; i++)
        {
            ToolResult answer = await InProcess.RunAsync("query", run.ModelFile, Questions[i].Sentence);
            Assert.Equal(result.Table("rank", i), answer.Succeeded().Table("rank"));
        }
    }
}
