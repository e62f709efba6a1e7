using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Tasks;

public class RetrievalTaskMetricsTests
{
    private static readonly Tensor<double> Queries = Tensor<double>.Of(new double[,] { { 1, 2, 3 }, { 2, 3, 4 } });

    // Scores [[6, 3], [9, 5]]: row 0 is right, row 1 is not.
    private static readonly Tensor<double> Candidates = Tensor<double>.Of(new double[,] { { 1, 1, 1 }, { 1, 1, 0 } });

    [Fact]
    public void The_worked_example_has_a_batch_accuracy_of_a_half_and_of_seven_tenths_weighted()
    {
        var task = new RetrievalTask<double>(new() { BatchMetrics = RankMetric.TopKAccuracy(1), LossMetrics = [new MeanLoss()] });
        Call(task);
        Assert.Equal(0.5, task.Results()["retrieval/batch_scores/top_1_categorical_accuracy"]);
        task.ResetMetrics();
        Call(task, new() { SampleWeight = Tensor<double>.Of(0.7, 0.3) });
        Assert.Equal(0.7, task.Results()["retrieval/batch_scores/top_1_categorical_accuracy"], 1e-7);
        Assert.Equal((0.7 * Math.Log(1 + Math.Exp(-3))) + (0.3 * Math.Log(1 + Math.Exp(4))), task.Results()["retrieval/loss"], 1e-12);
    }

    [Fact]
    public void Batch_metrics_are_those_of_a_sort_of_what_is_kept() => RandomCases.Check(
        draw =>
        {
            RetrievalCase given = RetrievalCases.Random(draw);
            var task = new RetrievalTask<double>(given.Task<double>().Options with { BatchMetrics = [RankMetric.TopKAccuracy(2), RankMetric.ReciprocalRank] });
            var tape = new Tape<double>();
            task.Loss(tape.Input(given.QueryTensor<double>()), tape.Input(given.CandidateTensor<double>()), given.Arguments<double>());
            IReadOnlyDictionary<string, double> results = task.Results();
            double hits = 0, reciprocals = 0, total = 0;
            for (int i = 0; i < given.Queries; i++)
            {
                RetrievalColumns row = RetrievalColumns.OfRow(given, i);
                double weight = row.Dropped ? 0 : (float)(given.Weights?[i] ?? 1);
                int[] order = [.. row.Kept.OrderByDescending(j => RetrievalReference.Logit(given, i, j))];
                int first = Array.FindIndex(order, row.Positives.Contains) + 1;
                hits += weight * (first <= 2 ? 1 : 0);
                reciprocals += weight / first;
                total += weight;
            }

            Assert.Equal(total > 0, results.ContainsKey("retrieval/batch_logits/mrr"));
            if (total > 0)
            {
                Assert.Equal(hits / total, results["retrieval/batch_logits/top_2_categorical_accuracy"], 1e-9);
                Assert.Equal(reciprocals / total, results["retrieval/batch_logits/mrr"], 1e-9);
            }
        },
        cases: 300);

    [Fact]
    public void What_is_not_computed_is_absent_and_what_is_turned_off_costs_nothing()
    {
        var metric = new FactorizedTopK<float>(new Tensor<float>(new Shape(50, 8)));
        RetrievalCase given = RetrievalCase.Random(new Draw(6, 12), true, true, true, true, queries: 40, extra: 30, dimensions: 8);
        var task = new RetrievalTask<float>(given.Task<float>().Options with { Metrics = metric, BatchMetrics = RankMetric.Auc });
        RetrievalArguments<float> arguments = given.Arguments<float>() with { ComputeMetrics = false, ComputeBatchMetrics = false };
        var tape = new Tape<float>();
        (Tensor<float> queries, Tensor<float> candidates) = (given.QueryTensor<float>(), given.CandidateTensor<float>());
        Assert.Equal(0, Allocated.ByOneOf(() =>
        {
            tape.Reset();
            tape.Backward(task.Loss(tape.Input(queries), tape.Input(candidates), arguments));
        }));
        Assert.Equal(0, metric.Ranks.Counts.ScoredPairs);
        Assert.Empty(task.Results());
        tape.Reset();
        task.Loss(tape.Input(queries), tape.Input(candidates), arguments with { ComputeMetrics = true });
        Assert.Equal(40 * 50, metric.Ranks.Counts.ScoredPairs);
        Assert.DoesNotContain("retrieval/batch_logits/auc", task.Results().Keys);
        task.Loss(tape.Input(queries), tape.Input(candidates), arguments with { ComputeBatchMetrics = true });
        Assert.Contains("retrieval/batch_logits/auc", task.Results().Keys);
        Assert.Equal(40, metric.Ranks.Count);
    }

    [Fact]
    public void Metrics_gather_over_calls_until_they_are_reset()
    {
        var metric = new FactorizedTopK<double>(Candidates, options: new() { Ks = [1] });
        var task = new RetrievalTask<double>(new() { Metrics = metric, BatchMetrics = RankMetric.TopKAccuracy(1), LossMetrics = [new MeanLoss()] });
        Call(task, new() { SampleWeight = Tensor<double>.Of(1, 0) });
        Call(task, new() { SampleWeight = Tensor<double>.Of(0, 3) });
        Assert.Equal(0.25, task.Results()["retrieval/factorized_top_k/top_1_categorical_accuracy"]);
        Assert.Equal(0.25, task.Results()["retrieval/batch_logits/top_1_categorical_accuracy"]);
        Assert.Equal((Math.Log(1 + Math.Exp(-3)) + (3 * Math.Log(1 + Math.Exp(4)))) / 4, task.Results()["retrieval/loss"], 1e-12);
        task.ResetMetrics();
        Assert.Empty(task.Results());
        Call(task, new() { SampleWeight = Tensor<double>.Of(1, 0) });
        Assert.Equal(1, task.Results()["retrieval/factorized_top_k/top_1_categorical_accuracy"]);
    }

    [Fact]
    public void One_metric_and_a_list_of_one_mean_the_same_also_when_set_later()
    {
        var metric = new FactorizedTopK<double>(Candidates, options: new() { Ks = [1] });
        RetrievalTask<double> single = new(new() { Metrics = metric }), list = new(new() { Metrics = [metric] }), later = new();
        Assert.Same(metric, Assert.Single(single.Metrics));
        Assert.Same(metric, Assert.Single(list.Metrics));
        Assert.Empty(later.Metrics);
        later.Metrics = metric;
        Call(later);
        Assert.Equal(0.5, later.Results()["retrieval/factorized_top_k/top_1_categorical_accuracy"]);
        later.Metrics = [];
        Call(later);
        Assert.Empty(later.Results());
        Assert.Equal(2, metric.Ranks.Count);
        Refusal.Of<ArgumentException>(() => later.Metrics = [metric, null!], "null", "number 1");
    }

    [Fact]
    public void Excluded_rows_leave_the_factorized_metrics_and_not_the_loss()
    {
        var metric = new FactorizedTopK<double>(Candidates, options: new() { Ks = [1] });
        var task = new RetrievalTask<double>(new() { Metrics = metric });
        double loss = Call(task), without = Call(task, new() { MetricExclusions = RetrievalCase.Ragged([[], [0]]) });
        Assert.Equal(loss, without);
        Assert.Equal(0, metric.Ranks[3][0].Above);
        Assert.Equal(1, metric.Ranks[1][0].Above);
    }

    [Fact]
    public void The_name_goes_before_every_metric_and_an_empty_one_nowhere()
    {
        RetrievalTaskOptions<double> options = new() { LossMetrics = [new MeanLoss()], Metrics = new FactorizedTopK<double>(Candidates, options: new() { Ks = [1] }) };
        var named = new RetrievalTask<double>(options with { Name = "shop" });
        var plain = new RetrievalTask<double>(options with { Name = "" });
        Call(named);
        Call(plain);
        Assert.Equal(["shop/factorized_top_k/top_1_categorical_accuracy", "shop/loss"], named.Results().Keys);
        Assert.Equal(["factorized_top_k/top_1_categorical_accuracy", "loss"], plain.Results().Keys);
    }

    [Fact]
    public void A_dropped_row_counts_in_no_batch_metric_and_in_no_loss_metric()
    {
        var task = new RetrievalTask<double>(new() { MaskedPositive = MaskedPositive.DropRow, BatchMetrics = RankMetric.TopKAccuracy(1), LossMetrics = [new MeanLoss()] });
        Call(task, new() { ScoreMask = new ScoreMask(new[,] { { true, true }, { true, false } }) });
        Assert.Equal(1, task.Results()["retrieval/batch_scores/top_1_categorical_accuracy"]);
        Assert.Equal(Math.Log(1 + Math.Exp(-3)), task.Results()["retrieval/loss"], 1e-12);
    }

    [Fact]
    public void Weights_reach_the_metrics_and_without_any_each_row_counts_once()
    {
        var metric = new FactorizedTopK<double>(Candidates, options: new() { Ks = [1] });
        var task = new RetrievalTask<double>(new() { Metrics = metric, BatchMetrics = RankMetric.TopKAccuracy(1) });
        Call(task, new() { SampleWeight = Tensor<double>.Of(0.75, 0.25) });
        Assert.Equal(0.75, task.Results()["retrieval/factorized_top_k/top_1_categorical_accuracy"], 1e-7);

        // Without weights both rows count 1: 0.75 and 2 · 0.5 of a weight of 3.
        Call(task);
        Assert.Equal(1.75 / 3, task.Results()["retrieval/batch_scores/top_1_categorical_accuracy"], 1e-7);
    }

    [Fact]
    public void Batch_metrics_know_several_positives_and_drop_rows()
    {
        // Column 0 outranks column 1 for row 1. As a further positive it is a hit; as a masked one it is none.
        var task = new RetrievalTask<double>(new() { BatchMetrics = RankMetric.TopKAccuracy(1) });
        Call(task, new() { QueryIds = new[] { 7, 7 } });
        Assert.Equal(1, task.Results()["retrieval/batch_logits/top_1_categorical_accuracy"]);
        task.ResetMetrics();
        Call(task, new() { PositiveColumns = RetrievalCase.Ragged([[], [0]]) });
        Assert.Equal(1, task.Results()["retrieval/batch_logits/top_1_categorical_accuracy"]);
    }

    private static double Call(RetrievalTask<double> task, RetrievalArguments<double> arguments = default)
    {
        var tape = new Tape<double>();
        return task.Loss(tape.Input(Queries), tape.Input(Candidates), arguments).Value.Span[0];
    }
}
