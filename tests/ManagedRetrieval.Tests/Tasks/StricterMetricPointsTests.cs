using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Tasks;
using static ManagedRetrieval.Tests.Tasks.StricterPoint;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>Where the task's metrics are stricter than the original's: our behaviour, and the original's where it is offered.</summary>
public class StricterMetricPointsTests
{
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
        var byId = new FactorizedTopK<double>(corpus, new[] { "a", "a", "b" }, new() { Name = "by_id" });
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
}
