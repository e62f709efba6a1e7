using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>What a task refuses because of its metrics: before anything is computed, and in the names of the task's own arguments.</summary>
public class RetrievalTaskMetricErrorTests
{
    private static readonly Tensor<double> Corpus = Tensor<double>.Of(new double[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } });

    [Fact]
    public void Candidate_ids_that_a_metric_needs_are_refused_by_their_name()
    {
        var byId = new FactorizedTopK<double>(Corpus, new[] { 7, 8, 9 });
        Refused<double>(byId, "CandidateIds", new(), "each of the 2 candidates, but none came");
        Refused<double>(byId, "CandidateIds", new() { CandidateIds = new[] { 7L, 8 } }, "int, not long");
        Refused<double>(byId, "CandidateIds", new() { CandidateIds = new[] { "7", "8" } }, "int, not string");

        // Without a metric that asks, and where it is not computed, nothing is needed.
        Loss<double>(new FactorizedTopK<double>(Corpus), new());
        Loss<double>(byId, new() { ComputeMetrics = false });
        Assert.Equal(0, byId.Ranks.Count);
    }

    [Fact]
    public void Exclusions_that_do_not_fit_are_refused_by_their_name()
    {
        var metric = new FactorizedTopK<double>(Corpus);
        Refused<double>(metric, "MetricExclusions", new() { MetricExclusions = RetrievalCase.Ragged([[0]]) }, "each of the 2 queries, not 1");
        Refused<double>(metric, "MetricExclusions", new() { MetricExclusions = RetrievalCase.Ragged([[0], [3]]) }, "0 to 2", "query 1 has 3");
        Loss<double>(metric, new() { MetricExclusions = RetrievalCase.Ragged([[0], [3]]), ComputeMetrics = false });
    }

    [Fact]
    public void Queries_of_another_width_than_the_corpus_are_refused_before_any_metric_is_touched()
    {
        FactorizedTopK<double> fits = new(Corpus), wide = new(new Tensor<double>(new Shape(3, 5)), options: new() { Name = "wide" });
        Refused<double>([fits, wide], "queryEmbeddings", new(), "[Q, 5]", "[2, 2]");
        Assert.Equal(0, fits.Ranks.Count);
    }

    [Theory]
    [InlineData(1e39)]
    [InlineData(1e-50)]
    public void Weights_beyond_a_float_are_refused_where_metrics_are_computed(double weight)
    {
        RetrievalArguments<double> arguments = new() { SampleWeight = Tensor<double>.Of(1, weight) };
        Refused<double>(new FactorizedTopK<double>(Corpus), "SampleWeight", arguments, "range of a float", "number 1 is 1E");
        RetrievalTaskOptions<double> batch = new() { BatchMetrics = RankMetric.MeanRank };
        Refusal.Of<ArgumentException>(() => Loss(batch, arguments), "SampleWeight", "range of a float");
        Assert.True(double.IsFinite(Loss(batch, arguments with { ComputeBatchMetrics = false })));
        Assert.True(double.IsFinite(Loss<double>([], arguments)));
    }

    [Fact]
    public void Weights_whose_sum_overflows_are_refused()
    {
        Refused<float>([], "SampleWeight", new() { SampleWeight = Tensor<float>.Of(3e38f, 3e38f) }, "finite sum", "overflows");
        Refused<double>([], "SampleWeight", new() { SampleWeight = Tensor<double>.Of(1e308, 1e308) }, "finite sum", "overflows");
    }

    [Fact]
    public void A_mask_without_rows_is_a_mask_of_another_shape() => Refused<double>(
        [], "ScoreMask", new() { ScoreMask = new ScoreMask(0, 2, Array.Empty<bool>()) }, "[2, 2]", "[0, 2]");

    [Fact]
    public void Metrics_that_would_hide_each_other_are_refused()
    {
        FactorizedTopK<double> first = new(Corpus), second = new(Corpus), other = new(Corpus, options: new() { Name = "other" });
        Twice("factorized_top_k/top_1_categorical_accuracy", () => _ = new RetrievalTask<double>(new() { Metrics = [first, second] }));
        Twice("batch_logits/mean_rank", () => _ = new RetrievalTask<double>(new() { BatchMetrics = [RankMetric.MeanRank, RankMetric.MeanRank] }));
        Twice("batch_scores/mean_rank", () => _ = new RetrievalTask<double>(new() { BatchMetrics = RankMetric.MeanRank, LossMetrics = [new MeanLoss("batch_scores/mean_rank")] }));
        Twice("loss", () => _ = new RetrievalTask<double>(new() { LossMetrics = [new MeanLoss(), new MeanLoss()] }));
        var task = new RetrievalTask<double>(new() { Metrics = [first, other] });
        Twice("factorized_top_k/top_1_categorical_accuracy", () => task.Metrics = [second, first]);
        Assert.Equal(2, task.Metrics.Count);
        Refusal.Of<ArgumentException>(() => _ = new FactorizedTopK<double>(Corpus, options: new() { Ks = null! }), "options.Ks must not be null");
        Refusal.Of<ArgumentException>(() => _ = new FactorizedTopK<double>(Corpus, options: new() { Ks = [1, 5, 1] }), "options.Ks must differ", "1 is there twice");

        static void Twice(string name, Action make) => Refusal.Of<ArgumentException>(make, $"'{name}'");
    }

    private static void Refused<T>(MetricList<FactorizedTopK<T>> metrics, string argument, RetrievalArguments<T> arguments, params string[] parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var error = Assert.Throws<ArgumentException>(() => Loss(metrics, arguments));
        Assert.Equal(argument, error.ParamName);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    private static T Loss<T>(MetricList<FactorizedTopK<T>> metrics, RetrievalArguments<T> arguments)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => Loss(new RetrievalTaskOptions<T> { Metrics = metrics }, arguments);

    private static T Loss<T>(RetrievalTaskOptions<T> options, RetrievalArguments<T> arguments)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tape = new Tape<T>();
        Variable<T> queries = tape.Input(new Tensor<T>(new Shape(2, 2))), candidates = tape.Input(new Tensor<T>(new Shape(2, 2)));
        return new RetrievalTask<T>(options).Loss(queries, candidates, arguments).Value.Span[0];
    }
}
