using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>Training whose leading dimensions serve on their own.</summary>
public class TrainerMatryoshkaTests
{
    private const double Temperature = 0.3;
    private const int Dimensions = 8;
    private static readonly IdFeature<int> Ids = new(new Vocabulary<int>([.. Enumerable.Range(0, 30)], 0));

    [Fact]
    public void The_loss_is_the_mean_over_all_and_each_leading_number_of_dimensions() => RandomCases.Check(
        draw =>
        {
            (int[] leading, bool normalize) = (Leading(draw), draw.Bool());
            (int[] queries, int[] positives, int[] groups) = Pairs(draw);
            TwoTowerModel<int, int> model = Model(leading, normalize, draw.Seed);
            double loss = Trainer(model, new Sgd<float>(1e-12)).Fit(Encode(model, queries, positives, groups), new() { Epochs = 1, BatchSize = 100 })[0].Loss;
            Assert.Equal(Expected(model, queries, positives, groups, [.. leading, Dimensions], normalize), loss, 2e-5 * Math.Max(1, loss));
        },
        cases: 60);

    [Fact]
    public void A_step_follows_the_gradient_of_that_mean() => RandomCases.Check(
        draw =>
        {
            (int[] leading, bool normalize) = (Leading(draw), draw.Bool());
            (int[] queries, int[] positives, _) = Pairs(draw);
            TwoTowerModel<int, int> model = Model(leading, normalize, draw.Seed);
            (EmbeddingTable<double> query, EmbeddingTable<double> candidate) = (Copy(model.Parameters[0]), Copy(model.Parameters[1]));
            var task = new RetrievalTask<double>(new() { Temperature = Temperature, RemoveAccidentalHits = true });
            var tape = new Tape<double>();
            GradientCheck.Run(Loss, [query, candidate], draw.Seed).ThrowIfFailed();
            query.ZeroGradient();
            candidate.ZeroGradient();
            tape.Backward(Loss(tape));
            new Sgd<double>(0.5).Step([query, candidate]);
            Trainer(model, new Sgd<float>(0.5)).Fit(Encode(model, queries, positives), new() { Epochs = 1, BatchSize = 100 });
            Agree.InNorm<float>("queries", query.Value.Span, model.Parameters[0].Value.Span, 1e-4);
            Agree.InNorm<float>("candidates", candidate.Value.Span, model.Parameters[1].Value.Span, 1e-4);

            Variable<double> Loss(Tape<double> on)
            {
                Variable<double>[] losses = [.. leading.Append(Dimensions).Select(dimensions => task.Loss(
                    First(on, query, queries, dimensions), First(on, candidate, positives, dimensions), new() { CandidateIds = positives }))];
                return losses.Aggregate((sum, loss) => sum.Add(loss)).Scale(1.0 / losses.Length);
            }

            Variable<double> First(Tape<double> on, EmbeddingTable<double> table, int[] rows, int dimensions)
            {
                Variable<double> columns = on.Apply(new EmbeddingLookup<double>(), [on.Parameter(table)], new OpIndices(rows)).TakeColumns(0, dimensions);
                return normalize ? columns.NormalizeRows() : columns;
            }
        },
        cases: 30);

    [Fact]
    public void Batch_metrics_speak_of_all_dimensions_alone_and_loss_metrics_of_the_loss_that_is_trained()
    {
        (int[] queries, int[] positives, _) = Pairs(new Draw(5, 12));
        EpochResult plain = Metrics([]), leading = Metrics([1, 3]);
        Assert.Equal(plain.Metrics["retrieval/batch_scores/mean_rank"], leading.Metrics["retrieval/batch_scores/mean_rank"]);
        Assert.Equal(plain.Metrics["retrieval/batch_logits/mean_rank"], leading.Metrics["retrieval/batch_logits/mean_rank"]);
        Assert.NotEqual(plain.Loss, leading.Loss, 1e-3);
        Assert.Equal(leading.Loss, leading.Metrics["retrieval/loss"], 1e-5);

        EpochResult Metrics(int[] matryoshka)
        {
            TwoTowerModel<int, int> model = Model(matryoshka, normalize: true, seed: 2);
            var task = new RetrievalTask<float>(new() { Temperature = Temperature, BatchMetrics = [RankMetric.MeanRank], LossMetrics = [new MeanLoss("loss")] });
            return new Trainer(model, task, new Sgd<float>(1e-12)).Fit(Encode(model, queries, positives), new() { Epochs = 1, BatchSize = 100 })[0];
        }
    }

    [Fact]
    public void Leading_dimensions_find_more_than_those_of_a_model_that_was_not_trained_for_it()
    {
        int[] numbers = [.. Enumerable.Range(0, 30)];
        double plain = Accuracy([]), leading = Accuracy([3]);
        Assert.InRange(leading, 0.95, 1);
        Assert.True(leading > plain, $"{leading} against {plain}");

        double Accuracy(int[] matryoshka)
        {
            TwoTowerModel<int, int> model = Model(matryoshka, normalize: true, seed: 3, scale: 0.05);
            new Trainer(model, new RetrievalTask<float>(new() { Temperature = 0.1 }), new Adagrad<float>(0.1)).Fit(Encode(model, numbers, numbers), new() { Epochs = 60, BatchSize = 30 });
            return RankMetric.TopKAccuracy(1).Of(FactorizedTopK.Rank(model.Truncate(model.EmbedQueries(numbers), 3), model.Truncate(model.EmbedCandidates(numbers), 3), numbers));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_model_with_everything_trains_to_the_same_bits_for_one_worker_and_three(HistoryKind kind)
    {
        Rating[] ratings = RecordSamples.Ratings(200);
        int[] positives = new Draw(3, 4).Ids(200, RecordSamples.Movies);
        float[] alone = Train(null);
        using var team = new WorkerTeam(3);
        Assert.Equal(alone, Train(team));

        float[] Train(WorkerTeam? workers)
        {
            TwoTowerModel<Rating, Movie> model = RecordSamples.Builder(kind, dropout: 0.2, [2, 4]).Build();
            RetrievalDataset data = RetrievalDataset.Encode(model, ratings, RecordSamples.Corpus(), positives, groups: [.. ratings.Select(rating => rating.User)]);
            TrainingOptions options = new() { Epochs = 3, BatchSize = 64, NegativeSampler = new UniformSampler(RecordSamples.Movies), SampledNegatives = 3, MemoryCapacity = 30, CorrectSamplingBias = true };
            new Trainer(model, new RetrievalTask<float>(new() { Temperature = 0.1, LearnTemperature = true }), new AdamW<float>(0.01), workers).Fit(data, options);
            return TrainerTests.Values(model);
        }
    }

    public static TheoryData<HistoryKind> Kinds => [.. Enum.GetValues<HistoryKind>()];

    private static int[] Leading(Draw draw) => [.. Enumerable.Range(1, Dimensions - 1).Where(_ => draw.Below(3) == 0)];

    private static (int[] Queries, int[] Positives, int[] Groups) Pairs(Draw draw)
    {
        int count = draw.Between(2, 25);
        return (draw.Ids(count, 30), draw.Ids(count, 30), draw.Ids(count, 5));
    }

    private static TwoTowerModel<int, int> Model(int[] matryoshka, bool normalize, ulong seed, double scale = 1)
    {
        var builder = new TwoTowerBuilder<int, int> { Dimensions = Dimensions, Normalize = normalize, MatryoshkaDimensions = matryoshka, Seed = seed, EmbeddingScale = scale };
        builder.Query.Embed("id", Ids, id => id);
        builder.Candidate.Embed("id", Ids, id => id);
        return builder.Build();
    }

    private static RetrievalDataset Encode(TwoTowerModel<int, int> model, int[] queries, int[] positives, int[]? groups = null) =>
        RetrievalDataset.Encode(model, queries, [.. Enumerable.Range(0, 30)], positives, groups: groups);

    private static Trainer Trainer(TwoTowerModel model, Optimizer<float> optimizer) =>
        new(model, new RetrievalTask<float>(new() { Temperature = Temperature, RemoveAccidentalHits = true }), optimizer);

    private static double Expected(TwoTowerModel<int, int> model, int[] queries, int[] positives, int[] groups, int[] dimensions, bool normalize)
    {
        double[][] q = SlowTask.Rows(model.EmbedQueries(queries)), c = SlowTask.Rows(model.EmbedCandidates(positives));
        return dimensions.Average(count => SlowTask.Loss(
            SlowTask.Leading(q, count, normalize), SlowTask.Leading(c, count, normalize), Temperature,
            (i, j) => Enumerable.Range(0, queries.Length).Any(pair => groups[pair] == groups[i] && positives[pair] == positives[j])));
    }

    private static EmbeddingTable<double> Copy(Parameter<float> table) =>
        new(table.Name, new Tensor<double>(table.Value.Shape, Array.ConvertAll(table.Value.Span.ToArray(), value => (double)value)));
}
