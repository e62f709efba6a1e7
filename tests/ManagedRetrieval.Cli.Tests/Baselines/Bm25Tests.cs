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
    // 3 and 0.75 at 1, and a posting weighs idf · 2.2 tf / (tf + saturation).
    // df: file 3, open 1, close 1, list 2. idf: ln(1 + 1.5/3.5) = 0.35667; ln(1 + 3.5/1.5) = 1.20397; ln 2 = 0.69315.
    private static readonly string[] Names = ["File.Open", "File.Close", "List.FileList", "List"];

    [Theory]

    // 0: 0.35667 + 1.20397 = 1.56064; 1: 0.35667; 2: 0.35667 · 2.2 / 2.65 = 0.29610; 3: 0.
    [InlineData("open file", 0, 0, 0)]
    [InlineData("Open the FILE!", 1, 1, 0)]
    [InlineData("open file", 2, 2, 0)]
    [InlineData("open file", 3, 3, 0)]

    // 0 and 1: 0.35667.
    [InlineData("file", 0, 0, 1)]
    [InlineData("file", 2, 2, 0)]

    // 2: 0.69315 · 4.4 / 3.65 = 0.83557; 3: 0.69315 · 2.2 / 1.75 = 0.87139.
    [InlineData("list", 3, 0, 0)]
    [InlineData("list", 2, 1, 0)]
    [InlineData("list", 0, 2, 1)]

    // 1: 0.35667 + 1.20397 = 1.56064; 2: 0.29610 + 0.83557 = 1.13167; 3: 0.87139; 0: 0.35667.
    // With "list" twice 2: 0.29610 + 1.67114 = 1.96724 and 3: 1.74278 both pass 1.
    [InlineData("close file list", 2, 1, 0)]
    [InlineData("close file list list", 2, 0, 0)]
    [InlineData("close file list list", 3, 1, 0)]
    [InlineData("close file list list", 1, 2, 0)]
    [InlineData("nothing known", 1, 0, 3)]
    [InlineData("", 1, 0, 3)]
    public void Ranks_equal_the_ones_worked_out_by_hand(string query, int positive, int above, int tied) =>
        Assert.Equal(new RankCounts(above, tied), new Bm25(Names).Rank(query, positive));

    [Property]
    public void Ranks_equal_a_double_loop_over_words_and_documents(
        NonEmptyArray<NonEmptyArray<byte>> documents, byte[] query, byte[] nextQuery)
    {
        string[][] words = Array.ConvertAll(documents.Get, document => Array.ConvertAll(document.Get, Word));
        var bm25 = new Bm25(Array.ConvertAll(words, document => string.Join('.', document)));
        foreach (string[] terms in new[] { Array.ConvertAll(query, Word), Array.ConvertAll(nextQuery, Word) })
        {
            double[] scores = Array.ConvertAll(words, document => Score(words, document, terms));
            for (int positive = 0; positive < words.Length; positive++)
            {
                Assert.Equal(BruteForce.Rank(scores, positive), bm25.Rank(string.Join(' ', terms), positive));
            }
        }
    }

    [ReferencePackFact]
    public void It_finds_almost_half_of_the_test_pairs_in_ten()
    {
        ReferenceDocsDataset dataset = installed.Dataset;
        var bm25 = new Bm25(dataset.Candidates);
        RankCounts[] ranks = [.. dataset.Test.Select(pair => bm25.Rank(pair.Summary, pair.Candidate))];
        output.WriteLine(FormattableString.Invariant(
            $"top 1, 10, 100: {RankMetrics.TopKAccuracy(ranks, 1):F4}, {RankMetrics.TopKAccuracy(ranks, 10):F4}, {RankMetrics.TopKAccuracy(ranks, 100):F4}; MRR {RankMetrics.MeanReciprocalRank(ranks):F4}"));
        Assert.InRange(RankMetrics.TopKAccuracy(ranks, 10), 0.42, 0.54);
        Assert.InRange(RankMetrics.TopKAccuracy(ranks, 100), 0.66, 0.77);
    }

    private static string Word(byte value) => new[] { "open", "file", "list", "sort", "sha256" }[value % 5];

    private static double Score(string[][] documents, string[] document, string[] query)
    {
        double meanLength = documents.Sum(other => other.Length) / (double)documents.Length;
        double score = 0;
        foreach (string term in query)
        {
            int containing = documents.Count(other => other.Contains(term));
            int frequency = document.Count(word => word == term);
            if (frequency > 0)
            {
                double idf = Math.Log(1 + (documents.Length - containing + 0.5) / (containing + 0.5));
                double saturation = 1.2 * (1 - 0.75 + 0.75 * document.Length / meanLength);
                score += idf * frequency * (1.2 + 1) / (frequency + saturation);
            }
        }

        return score;
    }
}
