using FsCheck;
using FsCheck.Xunit;
using ManagedRetrieval.Cli.Baselines;
using ManagedRetrieval.Cli.ReferenceDocs;
using ManagedRetrieval.Cli.Tests.ReferenceDocs;
using ManagedRetrieval.Metrics;
using Xunit.Abstractions;

namespace ManagedRetrieval.Cli.Tests.Baselines;

public class Bm25Tests(InstalledPack installed, ITestOutputHelper output) : IClassFixture<InstalledPack>
{
    // N = 4, mean length (2 + 2 + 3 + 1) / 4 = 2, so the saturation 1.2 (0.25 + 0.75 |d| / 2) is 1.2 at length 2, 1.65 at
    // 3 and 0.75 at 1, and a word weighs idf · 2.2 tf / (tf + saturation).
    // df: file 3, open 1, close 1, list 2. idf: ln(1 + 1.5/3.5) = 0.356675; ln(1 + 3.5/1.5) = 1.203973; ln 2 = 0.693147.
    private static readonly string[] Names = ["File.Open", "File.Close", "List.FileList", "List"];

    [Theory]

    // 0: 0.356675 + 1.203973; 1: 0.356675; 2: 0.356675 · 2.2 / 2.65; 3 shares no word.
    [InlineData("open file", 1.560648, 0.356675, 0.296108, 0)]
    [InlineData("Open the FILE! File?", 1.560648, 0.356675, 0.296108, 0)]

    // 2: 0.693147 · 4.4 / 3.65; 3: 0.693147 · 2.2 / 1.75.
    [InlineData("list", 0, 0, 0.835575, 0.871385)]

    // 1: 0.356675 + 1.203973; 2: 0.296108 + 0.835575, where the sum of the rounded terms ends in 3.
    [InlineData("close file list", 0.356675, 1.560648, 1.131682, 0.871385)]

    // A word counts once, however often the query says it: else 2 had 1.967 and 3 had 1.743.
    [InlineData("list close file LIST", 0.356675, 1.560648, 1.131682, 0.871385)]
    [InlineData("nothing known", 0, 0, 0, 0)]
    [InlineData("", 0, 0, 0, 0)]
    public void Scores_equal_the_ones_worked_out_by_hand(string query, double score0, double score1, double score2, double score3)
    {
        var bm25 = new Bm25(Names);
        double[] expected = [score0, score1, score2, score3];
        for (int row = 0; row < expected.Length; row++)
        {
            Assert.Equal(expected[row], bm25.Score(query, row), 1e-5);
        }
    }

    [Theory]
    [InlineData("open file", 0, 0, 0)]
    [InlineData("open file", 1, 1, 0)]
    [InlineData("open file", 3, 3, 0)]
    [InlineData("file", 0, 0, 1)]
    [InlineData("file", 2, 2, 0)]
    [InlineData("list", 2, 1, 0)]
    [InlineData("list", 0, 2, 1)]
    [InlineData("close file list list", 1, 0, 0)]
    [InlineData("close file list list", 2, 1, 0)]
    [InlineData("nothing known", 1, 0, 3)]
    [InlineData("", 1, 0, 3)]
    public void Ranks_equal_the_ones_of_those_scores(string query, int positive, int above, int tied) =>
        Assert.Equal(new RankCounts(above, tied), new Bm25(Names).Rank(query, positive));

    [Property]
    public void Scores_equal_the_formula_and_ranks_equal_a_count_over_the_scores(
        NonEmptyArray<NonEmptyArray<byte>> documents, byte[] query, byte[] nextQuery)
    {
        string[][] words = Array.ConvertAll(documents.Get, document => Array.ConvertAll(document.Get, Word));
        var bm25 = new Bm25(Array.ConvertAll(words, document => string.Join('.', document)));
        foreach (string[] terms in new[] { Array.ConvertAll(query, Word), Array.ConvertAll(nextQuery, Word) })
        {
            string text = string.Join(' ', terms);
            double[] scores = [.. Enumerable.Range(0, words.Length).Select(row => bm25.Score(text, row))];
            for (int row = 0; row < words.Length; row++)
            {
                Assert.Equal(Formula(words, row, terms), scores[row], 1e-12);
                Assert.Equal(BruteForce.Rank(scores, row), bm25.Rank(text, row));
            }
        }
    }

    [ReferencePackFact]
    public void It_finds_almost_half_of_the_test_pairs_in_ten()
    {
        ReferenceDocsDataset dataset = installed.Dataset;
        var bm25 = new Bm25(dataset.Candidates);
        var ranks = new QueryRanks([.. dataset.Test.Select(pair => bm25.Rank(pair.Summary, pair.Candidate))], dataset.Candidates.Count);
        double[] accuracy = [.. new[] { 1, 10, 100 }.Select(k => RankMetric.TopKAccuracy(k).Of(ranks))];
        output.WriteLine(FormattableString.Invariant(
            $"top 1, 10, 100: {accuracy[0]:F4}, {accuracy[1]:F4}, {accuracy[2]:F4}; MRR {RankMetric.ReciprocalRank.Of(ranks):F4}"));
        Assert.InRange(accuracy[1], 0.42, 0.54);
        Assert.InRange(accuracy[2], 0.66, 0.77);
    }

    private static string Word(byte value) => new[] { "open", "file", "list", "sort", "sha256" }[value % 5];

    // Σ of idf · tf (k1 + 1) / (tf + k1 (1 - b + b |d| / mean |d|)) with k1 = 1.2 and b = 0.75 multiplied out, and
    // 1 + (N - n + 0.5) / (n + 0.5) = (N + 1) / (n + 0.5).
    private static double Formula(string[][] documents, int row, string[] query)
    {
        double averageLength = documents.Average(document => document.Length);
        double lengthShare = documents[row].Length / averageLength;
        double sum = 0;
        foreach (string term in query.ToHashSet())
        {
            double n = documents.Count(document => document.Contains(term));
            double tf = documents[row].Count(word => word == term);
            double idf = Math.Log((documents.Length + 1) / (n + 0.5));
            sum += idf * (2.2 * tf / (tf + 0.3 + 0.9 * lengthShare));
        }

        return sum;
    }
}
