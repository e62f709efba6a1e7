using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>Where the task is stricter than the original: our behaviour, and the original's where it is offered.</summary>
public class StricterPointsTests
{
    private static readonly double[,] Queries = { { 1, 2, 3 }, { 2, 3, 4 } };

    // Scores [[6, 3], [9, 5]].
    private static readonly double[,] Candidates = { { 1, 1, 1 }, { 1, 1, 0 } };

    // A third candidate: scores [[6, 3, 3], [9, 5, 4]].
    private static readonly double[,] WithExtra = { { 1, 1, 1 }, { 1, 1, 0 }, { 0, 0, 1 } };

    [Fact]
    public void A_mask_that_hides_a_positive_is_an_error_by_default()
    {
        ArgumentException error = Assert.Throws<ArgumentException>("ScoreMask", () => Loss(new(), Candidates, new() { ScoreMask = new ScoreMask(new[,] { { true, true }, { true, false } }) }));
        Assert.Contains("positive of row 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_that_hides_a_positive_drops_its_row_on_request_and_the_row_is_counted()
    {
        ScoreMask mask = new(new[,] { { true, true }, { true, false } });
        RetrievalTaskOptions<double> options = new() { MaskedPositive = MaskedPositive.DropRow };
        Outcome outcome = Run(options, Candidates, new() { ScoreMask = mask });
        Assert.Equal(new RetrievalCounts(1, 0), outcome.Counts);
        Assert.Equal(Math.Log(1 + Math.Exp(-3)), outcome.Loss[0], 1e-14);
        Assert.Equal([0, 0, 0], outcome.QueryGradient.Row(1).ToArray());

        // The mean is over the rows that are left, with hard negatives too.
        double mean = Run(options with { Reduction = LossReduction.Mean, NumberOfHardNegatives = 1 }, WithExtra, new()
        {
            ScoreMask = new(new[,] { { true, true, true }, { true, false, true } }),
        }).Loss[0];
        Assert.Equal(Math.Log(1 + Math.Exp(-3)), mean, 1e-14);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(100)]
    public void No_number_of_hard_negatives_that_means_all_removes_any(int? hardNegatives) =>
        Assert.Equal(Loss(new(), WithExtra), Loss(new() { NumberOfHardNegatives = hardNegatives }, WithExtra));

    [Fact]
    public void One_hard_negative_is_the_one_with_the_largest_logit()
    {
        // Row 0 has two negatives of logit 3, row 1 of logits 9 and 4.
        double expected = Math.Log(1 + Math.Exp(3 - 6)) + Math.Log(1 + Math.Exp(9 - 5));
        Outcome outcome = Run(new() { NumberOfHardNegatives = 1 }, WithExtra);
        Assert.Equal(expected, outcome.Loss[0], 1e-13);

        // Among equal logits the lowest column is kept: column 1 in row 0. Column 2 is kept nowhere.
        Assert.Equal([0, 0, 0], outcome.CandidateGradient.Row(2).ToArray());
        Assert.NotEqual(0, Run(new() { NumberOfHardNegatives = 1 }, WithExtra, new() { SampleWeight = Tensor<double>.Of(1, 0) }).CandidateGradient.Row(1)[0]);
    }

    [Fact]
    public void A_tiny_sampling_probability_is_used_as_it_is_and_clipped_where_compatible()
    {
        RetrievalArguments<double> arguments = new() { CandidateSamplingProbability = Tensor<double>.Of(0.5, 1e-9) };
        Assert.Equal(ByHand(1e-9), Loss(new(), Candidates, arguments), 1e-12);
        Assert.Equal(ByHand(1e-6), Loss(new() { TfrsCompatible = true }, Candidates, arguments), 1e-12);

        static double ByHand(double second)
        {
            double[,] z = { { 6 - Math.Log(0.5), 3 - Math.Log(second) }, { 9 - Math.Log(0.5), 5 - Math.Log(second) } };
            return Math.Log(Math.Exp(z[0, 0]) + Math.Exp(z[0, 1])) - z[0, 0] + Math.Log(Math.Exp(z[1, 0]) + Math.Exp(z[1, 1])) - z[1, 1];
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(1.5)]
    public void A_sampling_probability_outside_its_range_is_an_error(double probability)
    {
        RetrievalArguments<double> arguments = new() { CandidateSamplingProbability = Tensor<double>.Of(0.5, probability) };
        Assert.Throws<ArgumentException>("CandidateSamplingProbability", () => Loss(new(), Candidates, arguments));
        if (probability == 0)
        {
            double clipped = Loss(new(), Candidates, new() { CandidateSamplingProbability = Tensor<double>.Of(0.5, 1e-6) });
            Assert.Equal(clipped, Loss(new() { TfrsCompatible = true }, Candidates, arguments), 1e-12);
        }
    }

    [Fact]
    public void Extra_negatives_go_together_with_ids_and_factorized_metrics()
    {
        var metric = new FactorizedTopK<double>(Tensor<double>.Of(WithExtra), new[] { "a", "b", "c" });
        Run(new() { Metrics = metric }, WithExtra, new() { CandidateIds = new[] { "a", "b", "c" } });
        Assert.Equal(2, metric.Ranks.Count);
    }

    [Fact]
    public void Candidate_ids_alone_do_not_switch_a_metric_to_id_matching()
    {
        // The corpus holds the first query's positive twice. By embedding, one exact tie is its own copy and the other
        // competes; by id, where both bear its id, neither does.
        Tensor<double> corpus = Tensor<double>.Of(new double[,] { { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 0 } });
        var byEmbedding = new FactorizedTopK<double>(corpus);
        var byId = new FactorizedTopK<double>(corpus, new[] { "a", "a", "b" });
        Run(new() { Metrics = [byEmbedding, byId] }, Candidates, new() { CandidateIds = new[] { "a", "b" } });
        Assert.Equal(1, byEmbedding.Ranks[0][0].Others);
        Assert.Equal(0, byId.Ranks[0][0].Others);
    }

    [Fact]
    public void Batch_metrics_are_two_series_and_one_where_compatible()
    {
        // Row 1 has the raw scores 9 and 5; a correction by 1 and e^-10 turns its order round.
        RetrievalArguments<double> arguments = new() { CandidateSamplingProbability = Tensor<double>.Of(1, Math.Exp(-10)) };
        RetrievalTaskOptions<double> options = new() { BatchMetrics = RankMetric.TopKAccuracy(1) };
        IReadOnlyDictionary<string, double> ours = Run(options, Candidates, arguments).Results;
        Assert.Equal(0.5, ours["retrieval/batch_scores/top_1_categorical_accuracy"]);
        Assert.Equal(0.5, ours["retrieval/batch_logits/top_1_categorical_accuracy"]);
        IReadOnlyDictionary<string, double> weighted = Run(options, Candidates, arguments with { SampleWeight = Tensor<double>.Of(0.75, 0.25) }).Results;
        Assert.Equal(0.75, weighted["retrieval/batch_scores/top_1_categorical_accuracy"]);
        Assert.Equal(0.25, weighted["retrieval/batch_logits/top_1_categorical_accuracy"]);
        IReadOnlyDictionary<string, double> compatible = Run(options with { TfrsCompatible = true }, Candidates, arguments).Results;
        Assert.Equal(["retrieval/batch_logits/top_1_categorical_accuracy"], compatible.Keys);
    }

    [Fact]
    public void A_model_that_scores_everything_alike_gets_k_of_N_and_all_where_compatible()
    {
        double[,] alike = { { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 } };
        double expected = Accuracy(compatible: false), optimistic = Accuracy(compatible: true);
        Assert.Equal(0.2, expected, 1e-12);
        Assert.Equal(1, optimistic);

        double Accuracy(bool compatible)
        {
            var metric = new FactorizedTopK<double>(Tensor<double>.Of(alike));
            IReadOnlyDictionary<string, double> results = Run(
                new() { Metrics = metric, TfrsCompatible = compatible }, new double[,] { { 1, 1, 1 }, { 1, 1, 1 } }).Results;
            Assert.Equal(2, metric.Ranks.Counts.TiedPositives);
            return results["retrieval/factorized_top_k/top_1_categorical_accuracy"];
        }
    }

    [Fact]
    public void Exclusions_are_exact_and_fewer_than_k_may_come_back()
    {
        var index = new BruteForceIndex<string>(Tensor<float>.Of(new float[,] { { 3, 0 }, { 2, 0 }, { 1, 0 } }), ["a", "b", "c"]);
        Tensor<float> query = Tensor<float>.Of(new float[,] { { 1, 0 } });
        Assert.Equal(["b"], index.Search(query, 3, [["a", "c"]])[0].Select(answer => answer.Identifier));
    }

    [Fact]
    public void A_k_larger_than_the_corpus_gives_all_of_it_in_search_and_metrics()
    {
        var index = new BruteForceIndex<string>(Tensor<float>.Of(new float[,] { { 3, 0 }, { 2, 0 } }), ["a", "b"]);
        Assert.Equal(2, index.Search(Tensor<float>.Of(new float[,] { { 1, 0 } }), 1000)[0].Length);
        var metric = new FactorizedTopK<double>(Tensor<double>.Of(Candidates), options: new() { Ks = [1000] });
        Assert.Equal(1, Run(new() { Metrics = metric }, Candidates).Results["retrieval/factorized_top_k/top_1000_categorical_accuracy"]);
    }

    [Fact]
    public void Factorized_metrics_see_the_best_head()
    {
        // Head by head: the first head of each query picks candidate 1, the second its own.
        var queries = new Tensor<double>(new Shape(2, 2, 2), new double[] { 0, 1, 3, 0, 0, 1, 0, 2 });
        Tensor<double> candidates = Tensor<double>.Of(new double[,] { { 1, 0 }, { 0, 1 } });
        var metric = new FactorizedTopK<double>(candidates);
        var task = new RetrievalTask<double>(new() { Metrics = metric, BatchMetrics = RankMetric.TopKAccuracy(1) });
        var tape = new Tape<double>();
        task.Loss(tape.Input(queries), tape.Input(candidates));
        Assert.Equal(1, task.Results()["retrieval/factorized_top_k/top_1_categorical_accuracy"]);
        Assert.Equal(1, task.Results()["retrieval/batch_scores/top_1_categorical_accuracy"]);
    }

    [Fact]
    public void Of_tied_heads_the_first_gets_the_gradient_and_each_its_share_where_compatible()
    {
        foreach (bool compatible in (bool[])[false, true])
        {
            var tape = new Tape<double>();
            Variable<double> queries = tape.Input(new Tensor<double>(new Shape(1, 2, 1), new double[] { 1, 1 }));
            Variable<double> candidates = tape.Input(Tensor<double>.Of(new double[,] { { 1 }, { 2 } }));
            tape.Backward(new RetrievalTask<double>(new() { TfrsCompatible = compatible }).Loss(queries, candidates));

            // dl/dz = (−p, p) with p = σ(2 − 1), so dl/dq = p · (2 − 1).
            double p = 1 / (1 + Math.Exp(-1));
            Assert.Equal(compatible ? p / 2 : p, queries.Gradient.Span[0], 1e-14);
            Assert.Equal(compatible ? p / 2 : 0, queries.Gradient.Span[1], 1e-14);
        }
    }

    [Fact]
    public void The_positive_is_corrected_like_all_columns_or_not_at_all()
    {
        RetrievalArguments<double> arguments = new() { CandidateSamplingProbability = Tensor<double>.Of(0.5, 0.25) };
        double all = Math.Log(1 + (Math.Exp(3 - 6) * 0.5 / 0.25)) + Math.Log(1 + (Math.Exp(9 - 5) * 0.25 / 0.5));
        double negativesOnly = Math.Log(1 + (Math.Exp(3 - 6) / 0.25)) + Math.Log(1 + (Math.Exp(9 - 5) / 0.5));
        Assert.Equal(all, Loss(new(), Candidates, arguments), 1e-13);
        Assert.Equal(negativesOnly, Loss(new() { SamplingCorrection = SamplingCorrection.NegativesOnly }, Candidates, arguments), 1e-13);
    }

    [Fact]
    public void Hard_negatives_are_mined_from_corrected_logits()
    {
        // In row 0 both negatives score 3; candidate 2 is the rarer, so its corrected logit is the larger.
        RetrievalArguments<double> arguments = new() { CandidateSamplingProbability = Tensor<double>.Of(0.5, 0.5, 0.25), SampleWeight = Tensor<double>.Of(1, 0) };
        double expected = Math.Log(1 + (Math.Exp(3 - 6) * 0.5 / 0.25));
        Assert.Equal(expected, Loss(new() { NumberOfHardNegatives = 1 }, WithExtra, arguments), 1e-13);
    }

    [Fact]
    public void The_loss_of_an_epoch_is_the_weighted_mean_of_all_its_batches()
    {
        var task = new RetrievalTask<double>(new() { LossMetrics = [new MeanLoss()] });
        var tape = new Tape<double>();
        foreach (double[] weights in (double[][])[[0.7, 0.3], [2, 0]])
        {
            task.Loss(tape.Input(Tensor<double>.Of(Queries)), tape.Input(Tensor<double>.Of(Candidates)), new() { SampleWeight = Tensor<double>.Of(weights) });
        }

        (double first, double second) = (Math.Log(1 + Math.Exp(-3)), Math.Log(1 + Math.Exp(4)));
        Assert.Equal(((2.7 * first) + (0.3 * second)) / 3, Assert.Single(task.Results()).Value, 1e-14);
    }

    [Fact]
    public void A_mean_is_over_the_weights_and_over_the_rows_where_compatible()
    {
        RetrievalArguments<double> arguments = new() { SampleWeight = Tensor<double>.Of(3, 1) };
        double sum = (3 * Math.Log(1 + Math.Exp(-3))) + Math.Log(1 + Math.Exp(4));
        Assert.Equal(sum / 4, Loss(new() { Reduction = LossReduction.Mean }, Candidates, arguments), 1e-14);
        Assert.Equal(sum / 2, Loss(new() { Reduction = LossReduction.Mean, TfrsCompatible = true }, Candidates, arguments), 1e-14);
        Assert.Equal(0, Loss(new() { Reduction = LossReduction.Mean }, Candidates, new() { SampleWeight = Tensor<double>.Of(0, 0) }));
    }

    private static double Loss(RetrievalTaskOptions<double> options, double[,] candidates, RetrievalArguments<double> arguments = default) =>
        Run(options, candidates, arguments).Loss[0];

    private static Outcome Run(RetrievalTaskOptions<double> options, double[,] candidates, RetrievalArguments<double> arguments = default)
    {
        var tape = new Tape<double>();
        var task = new RetrievalTask<double>(options);
        (Variable<double> q, Variable<double> c) = (tape.Input(Tensor<double>.Of(Queries)), tape.Input(Tensor<double>.Of(candidates)));
        Variable<double> loss = task.Loss(q, c, arguments, out RetrievalCounts counts);
        tape.Backward(loss);
        return new Outcome(loss.Value.Span.ToArray(), q.Gradient, c.Gradient, counts, task.Results());
    }

    private sealed record Outcome(
        double[] Loss, Tensor<double> QueryGradient, Tensor<double> CandidateGradient, RetrievalCounts Counts, IReadOnlyDictionary<string, double> Results);
}
