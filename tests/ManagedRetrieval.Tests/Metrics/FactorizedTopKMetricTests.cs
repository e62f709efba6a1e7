using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

/// <summary>The metric that gathers ranks from batch to batch.</summary>
public class FactorizedTopKMetricTests
{
    private static readonly Tensor<float> One = Tensor<float>.Of(new float[,] { { 1 } });

    /// <summary>Scores 4, 3, 2, 2 and 1 for the query 1.</summary>
    private static readonly Tensor<float> Corpus = Tensor<float>.Of(new float[,] { { 2 }, { 4 }, { 1 }, { 2 }, { 3 } });

    [Fact]
    public void Updates_gather_what_one_pass_over_all_queries_gives() => RandomCases.Check(
        draw =>
        {
            var known = new CorpusCase<double>(draw);
            Tensor<double> positives = known.TrueCandidates();
            int[] identifiers = draw.Ids(known.CandidateCount, known.CandidateCount), own = draw.Ids(known.QueryCount, known.CandidateCount);
            bool named = draw.Bool();
            var metric = new FactorizedTopK<double>(known.Candidates, named ? identifiers : default(CandidateIds));
            for (int start = 0; start < known.QueryCount;)
            {
                int count = draw.Between(0, known.QueryCount - start);
                RaggedIds excluded = RankReference.Ragged(known.Excluded[start..(start + count)]);
                metric.Update(
                    known.Queries.Rows(start, count), positives.Rows(start, count), own[start..(start + count)], excluded: excluded);
                start += count;
            }

            RaggedIds all = RankReference.Ragged(known.Excluded);
            QueryRanks expected = named
                ? FactorizedTopK.RankByIdentifier(known.Queries, known.Candidates, identifiers, positives, own, all)
                : FactorizedTopK.RankByEmbedding(known.Queries, known.Candidates, positives, all);
            Assert.Equal(expected.Count, metric.Ranks.Count);
            Assert.Equal(expected.Counts, metric.Ranks.Counts);
            for (int query = 0; query < expected.Count; query++)
            {
                Assert.Equal(expected[query].ToArray(), metric.Ranks[query].ToArray());
                Assert.Equal(expected.Negatives(query), metric.Ranks.Negatives(query));
            }
        },
        cases: 100,
        size: 20);

    [Fact]
    public void Results_bear_the_originals_names_and_are_shares_of_the_weight()
    {
        // Places: 1; 3 or 4 (one copy of the two ties is the positive's own); 5. Weights 1, 2 and 1.
        var metric = new FactorizedTopK<float>(Corpus, options: new FactorizedTopKOptions { Ks = [1, 3, 4, 1000] });
        metric.Update(One, Tensor<float>.Of(new float[,] { { 4 } }));
        metric.Update(Tensor<float>.Of(new float[,] { { 1 }, { 1 } }), Tensor<float>.Of(new float[,] { { 2 }, { 1 } }), sampleWeight: [2, 1]);
        Same(metric.Result(), 0.25, 0.5, 0.75, 1);
        Same(metric.Result(TiePolicy.Optimistic), 0.25, 0.75, 0.75, 1);
        Same(metric.Result(TiePolicy.Pessimistic), 0.25, 0.25, 0.75, 1);
        Assert.Equal([1, 2, 1], metric.SampleWeights.ToArray());

        static void Same(IReadOnlyDictionary<string, double> result, params double[] expected)
        {
            Assert.Equal(expected.Length, result.Count);
            int[] cutoffs = [1, 3, 4, 1000];
            for (int i = 0; i < cutoffs.Length; i++)
            {
                Assert.Equal(expected[i], result[$"factorized_top_k/top_{cutoffs[i]}_categorical_accuracy"], 1e-12);
            }
        }
    }

    [Fact]
    public void One_pass_gives_every_k()
    {
        var draw = new Draw(51, 12);
        Tensor<float> queries = draw.Tensor<float>(new Shape(30, 3)), corpus = draw.Tensor<float>(new Shape(70, 3));
        foreach (int[] cutoffs in (int[][])[[10], [1, 5, 10, 50, 100], [.. Enumerable.Range(1, 200)]])
        {
            var metric = new FactorizedTopK<float>(corpus, options: new FactorizedTopKOptions { Ks = cutoffs });
            metric.Update(queries, corpus.Rows(0, 30));
            Assert.Equal(cutoffs.Length, metric.Result().Count);
            Assert.Equal(cutoffs.Length, metric.Result(TiePolicy.Pessimistic).Count);
            Assert.Equal(30L * 70, metric.Ranks.Counts.ScoredPairs);
        }
    }

    [Fact]
    public void The_defaults_are_the_originals()
    {
        var metric = new FactorizedTopK<float>(Corpus);
        metric.Update(One, One);
        Assert.Equal(
            [
                "factorized_top_k/top_1_categorical_accuracy",
                "factorized_top_k/top_5_categorical_accuracy",
                "factorized_top_k/top_10_categorical_accuracy",
                "factorized_top_k/top_50_categorical_accuracy",
                "factorized_top_k/top_100_categorical_accuracy",
            ],
            metric.Result().Keys);
        var named = new FactorizedTopK<float>(Corpus, options: new FactorizedTopKOptions { Name = "validation", Ks = [2] });
        named.Update(One, One);
        Assert.Equal(["validation/top_2_categorical_accuracy"], named.Result().Keys);
    }

    [Fact]
    public void What_was_not_computed_is_absent()
    {
        var metric = new FactorizedTopK<float>(Corpus);
        Assert.Empty(metric.Result());
        Assert.Equal(0, metric.Ranks.Count);
        metric.Update(new Tensor<float>(new Shape(0, 1)), new Tensor<float>(new Shape(0, 1)));
        Assert.Empty(metric.Result());
        metric.Update(One, One, sampleWeight: [0]);
        Assert.Empty(metric.Result());
        Assert.Equal(1, metric.Ranks.Count);
        metric.Update(One, One, sampleWeight: [0.5f]);
        Assert.Equal(1, metric.Result()["factorized_top_k/top_5_categorical_accuracy"]);
    }

    [Fact]
    public void Reset_forgets_ranks_and_weights()
    {
        var metric = new FactorizedTopK<float>(Corpus);
        metric.Update(One, Tensor<float>.Of(new float[,] { { 4 } }), sampleWeight: [3]);
        Assert.Equal(1, metric.Result()["factorized_top_k/top_1_categorical_accuracy"]);
        metric.Reset();
        Assert.Equal((0, 0), (metric.Ranks.Count, metric.SampleWeights.Length));
        Assert.Empty(metric.Result());
        metric.Update(One, One);
        Assert.Equal(0, metric.Result()["factorized_top_k/top_1_categorical_accuracy"]);
        Assert.Equal((1, 0), (metric.Ranks.Count, metric.SampleWeights.Length));
    }

    [Fact]
    public void A_new_corpus_ranks_what_comes_and_keeps_what_was_ranked()
    {
        var metric = new FactorizedTopK<float>(Corpus, new[] { 1, 2, 3, 4, 5 });
        metric.Update(One, Tensor<float>.Of(new float[,] { { 4 } }), new[] { 2 });
        metric.Candidates = Tensor<float>.Of(new float[,] { { 9, 1 }, { 5, 1 }, { 6, 1 }, { 7, 1 }, { 5, 1 } });
        metric.Update(Tensor<float>.Of(new float[,] { { 1, 0 } }), Tensor<float>.Of(new float[,] { { 5, 1 } }), new[] { 2 });
        Assert.Equal(new RankBlock(0, 0, 1, 0), metric.Ranks[0][0]);
        Assert.Equal(new RankBlock(3, 1, 1, 0), metric.Ranks[1][0]);
        Refused("value", "each of the 5 identifiers, not the shape [4, 1]", () => metric.Candidates = Corpus.Rows(0, 4));
        Refused("value", "[N, d]", () => metric.Candidates = new Tensor<float>(new Shape(5)));
        Assert.Equal(2, metric.Candidates.Shape[1]);
        var unnamed = new FactorizedTopK<float>(Corpus) { Candidates = Corpus.Rows(0, 2) };
        Assert.Equal(2, unnamed.Candidates.Shape.Rows);
        Assert.Equal((true, false), (metric.HasIdentifiers, unnamed.HasIdentifiers));
    }

    [Fact]
    public void Identifiers_count_where_the_metric_was_made_with_them_and_only_there()
    {
        // The row that ties bears another name.
        int[] names = [1, 2, 3, 4, 5];
        var named = new FactorizedTopK<float>(Corpus, names);
        named.Update(One, Tensor<float>.Of(new float[,] { { 2 } }), new[] { 9 });
        Assert.Equal(new RankBlock(2, 2, 1, 0), named.Ranks[0][0]);
        Refused("trueIdentifiers", "each of the 1 queries, not 0", () => named.Update(One, One));
        var unnamed = new FactorizedTopK<float>(Corpus);
        unnamed.Update(One, Tensor<float>.Of(new float[,] { { 2 } }), new[] { 9, 9, 9 });
        Assert.Equal(new RankBlock(2, 1, 1, 0), unnamed.Ranks[0][0]);
    }

    [Fact]
    public void Updates_from_several_threads_are_all_counted()
    {
        var draw = new Draw(52, 12);
        Tensor<float> queries = draw.Tensor<float>(new Shape(40, 3)), corpus = draw.Tensor<float>(new Shape(50, 3));
        using var team = new WorkerTeam(2);
        var metric = new FactorizedTopK<float>(corpus, workers: team);
        var alone = new FactorizedTopK<float>(corpus);
        alone.Update(queries, corpus.Rows(0, 40));
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, query =>
        {
            metric.Update(queries.Rows(query, 1), corpus.Rows(query, 1), sampleWeight: query % 2 == 0 ? [] : [1]);
            Assert.NotEmpty(metric.Result());
        });
        Assert.Equal(40, metric.SampleWeights.Length);
        Assert.Equal(alone.Ranks.Counts, metric.Ranks.Counts);
        Assert.Equal(Aboves(alone), Aboves(metric));

        static int[] Aboves(FactorizedTopK<float> metric) => [.. Enumerable.Range(0, metric.Ranks.Count).Select(query => metric.Ranks[query][0].Above).Order()];
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_adds_nothing()
    {
        var metric = new FactorizedTopK<float>(Corpus, new[] { "a", "b", "c", "d", "e" });
        string[] own = ["a"];
        Refused("queries", "[Q, 1] or [Q, H, 1] with H at least 1, not [1, 2]", () => metric.Update(new Tensor<float>(new Shape(1, 2)), One, own));
        Refused("queries", "not [1, 0, 1]", () => metric.Update(new Tensor<float>(new Shape(1, 0, 1)), One, own));
        Refused("queries", "not [1]", () => metric.Update(new Tensor<float>(new Shape(1)), One, own));
        Refused("trueCandidates", "[1, 1]", () => metric.Update(One, Corpus, own));
        Refused("trueIdentifiers", "string, not int", () => metric.Update(One, One, new[] { 1 }));
        Refused("sampleWeight", "each of the 1 queries, not 2", () => metric.Update(One, One, own, [1, 1]));
        Refused("sampleWeight", "number 0 is -0.5", () => metric.Update(One, One, own, [-0.5f]));
        Refused("sampleWeight", "number 0 is NaN", () => metric.Update(One, One, own, [float.NaN]));
        Refused("sampleWeight", "finite and not negative", () => metric.Update(One, One, own, [float.PositiveInfinity]));
        Refused("excluded", "0 to 4, but query 0 has 5", () => metric.Update(One, One, own, excluded: RankReference.Ragged([[5]])));
        Assert.Throws<OperationCanceledException>(() => metric.Update(One, One, own, cancellationToken: new CancellationToken(canceled: true)));
        Assert.Throws<ArgumentOutOfRangeException>("policy", () => metric.Result((TiePolicy)7));
        Assert.Equal((0, 0), (metric.Ranks.Count, metric.SampleWeights.Length));

        Refused("candidates", "[N, d]", () => _ = new FactorizedTopK<float>(new Tensor<float>(new Shape(3))));
        Refused("candidates", "[N, d] with d at least 1, not [3, 0]", () => _ = new FactorizedTopK<float>(new Tensor<float>(new Shape(3, 0))));
        Refused("candidates", "at least one row", () => _ = new FactorizedTopK<float>(new Tensor<float>(new Shape(0, 3))));
        Refused("options", "differ, but 3 is there twice", () => _ = new FactorizedTopK<float>(Corpus, options: new() { Ks = [3, 1, 3] }));
        Refused("identifiers", "5 rows of the corpus, not 1", () => _ = new FactorizedTopK<float>(Corpus, new[] { 1 }));
        Refused("identifiers", "number 1 is", () => _ = new FactorizedTopK<float>(Corpus, new[] { "a", null!, "c", "d", "e" }));
        Refused("options", "number 1 is 0", () => _ = new FactorizedTopK<float>(Corpus, options: new FactorizedTopKOptions { Ks = [1, 0] }));
        Refused("options", "must not be blank", () => _ = new FactorizedTopK<float>(Corpus, options: new FactorizedTopKOptions { Name = " " }));
    }

    private static void Refused(string argument, string part, Action call) =>
        Assert.Contains(part, Assert.Throws<ArgumentException>(argument, call).Message, StringComparison.Ordinal);
}
