using ManagedRetrieval.Data;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.Sampling;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.Tests.Retrieval;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;
using ManagedRetrieval.Training;

namespace ManagedRetrieval.Tests.Training;

/// <summary>The sampling probabilities of a training run, and how far they and the memory that holds them reach.</summary>
public class TrainerCorrectionTests
{
    private const int Pairs = 400;
    private const double Temperature = 0.1;
    private static readonly int[] Drawn = [3, 7];

    [Fact]
    public void A_last_step_with_fewer_pairs_has_a_mixture_of_its_own()
    {
        // All pairs are one, so that nothing but the drawn rows is a negative and the order of the pairs is no matter.
        TwoTowerModel<int[], int[]> model = Planted.Model();
        int[][] corpus = new Planted().Corpus;
        int[] query = [0, 4, 9];
        RetrievalDataset data = RetrievalDataset.Encode(model, [.. Enumerable.Repeat(query, Pairs)], corpus, new int[Pairs]);
        TrainingOptions options = new()
        {
            Epochs = 1,
            BatchSize = 398,
            CorrectSamplingBias = true,
            NegativeSampler = new FixedSampler(corpus.Length, Drawn),
            SampledNegatives = Drawn.Length,
        };
        double loss = Assert.Single(Fit(model, data, options)).Loss;
        Assert.Equal(((398 * RowLoss(398)) + (2 * RowLoss(2))) / Pairs, loss, 1e-4);
        Assert.NotEqual(RowLoss(398), RowLoss(2), 1e-1);

        double RowLoss(int batch)
        {
            // The positive comes with every pair and is never drawn; the others are only drawn.
            double positive = Logit(0, batch / (batch + 2.0));
            return Math.Log(1 + Drawn.Sum(row => Math.Exp(Logit(row, 2.0 / 199 / (batch + 2)) - positive)));
        }

        double Logit(int row, double probability)
        {
            ReadOnlySpan<float> q = model.EmbedQueries([query]).Row(0), c = model.EmbedCandidates([corpus[row]]).Row(0);
            double score = 0;
            for (int d = 0; d < q.Length; d++)
            {
                score += (double)q[d] * c[d];
            }

            return (score / Temperature) - Math.Log(probability);
        }
    }

    [Fact]
    public void Probabilities_that_are_given_take_the_place_of_the_frequencies()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalDataset data = new Planted().Data(model);
        TrainingOptions counted = new() { Epochs = 1, BatchSize = Pairs, CorrectSamplingBias = true };
        double loss = Fit(model, data, counted)[0].Loss;
        Assert.Equal(loss, Fit(model, data, counted with { CandidateSamplingProbability = data.CandidateFrequencies() })[0].Loss);

        // Every row has the same frequency, so counting corrects nothing; given probabilities that differ do.
        float[] skewed = [.. Enumerable.Range(0, Planted.Candidates).Select(row => row < 100 ? 0.009f : 0.001f)];
        Assert.Equal(Fit(model, data, counted with { CorrectSamplingBias = false })[0].Loss, loss, 1e-5);
        Assert.NotEqual(loss, Fit(model, data, counted with { CandidateSamplingProbability = skewed })[0].Loss, 1e-2);
    }

    [Fact]
    public void Probabilities_that_a_retriever_kept_correct_its_further_training_the_same()
    {
        TwoTowerModel<int, int> model = RetrieverSamples.Ids([4, 5], [7, 8, 9], ["x", "y", "z"]).Model;
        var first = RetrievalDataset.Encode(model, [4, 4, 4, 5], [7, 8, 9], [0, 0, 2, 1]);
        Retriever<int, int, string> kept = Retriever<int, int, string>.Build(model, [7, 8, 9], ["x", "y", "z"]);
        kept.CandidateSamplingProbability = first.CandidateFrequencies();
        Retriever<int, int, string> loaded = RetrieverSamples.Read<int, int, string>(RetrieverSamples.Bytes(kept));
        Assert.Equal([0.5f, 0.25f, 0.25f], loaded.CandidateSamplingProbability.ToArray());

        // Newer pairs, whose own frequencies say something else.
        var second = RetrievalDataset.Encode(model, [4, 5], [7, 8, 9], [1, 2]);
        TrainingOptions options = new() { Epochs = 1, BatchSize = 2, CorrectSamplingBias = true };
        double before = Fit(model, second, options with { CandidateSamplingProbability = kept.CandidateSamplingProbability })[0].Loss;
        Assert.Equal(before, Fit(loaded.Model, second, options with { CandidateSamplingProbability = loaded.CandidateSamplingProbability })[0].Loss);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_mean_gives_the_epoch_the_loss_of_a_sum(bool compatible)
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalDataset data = new Planted().Data(model, [.. Enumerable.Range(0, Pairs).Select(i => 0.25f + (i % 5))]);
        TrainingOptions options = new() { Epochs = 1, BatchSize = 130 };
        double sum = Fit(model, data, options, new() { TfrsCompatible = compatible })[0].Loss;
        Assert.Equal(sum, Fit(model, data, options, new() { TfrsCompatible = compatible, Reduction = LossReduction.Mean })[0].Loss, 1e-5);
    }

    [Fact]
    public void A_memory_is_forgotten_with_other_data_or_another_correction()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalDataset data = new Planted().Data(model), same = new Planted().Data(model);
        TrainingOptions options = new() { Epochs = 1, BatchSize = Pairs, MemoryCapacity = Pairs };
        var trainer = new Trainer(model, Task(new()), new Adagrad<float>(1e-12));
        double Loss(RetrievalDataset data, TrainingOptions options) => trainer.Fit(data, options)[^1].Loss;

        double fresh = Loss(data, options), remembering = Loss(data, options);
        Assert.True(remembering > fresh + 0.1, $"{remembering} with a memory, {fresh} without");
        Assert.Equal(remembering, Loss(data, options with { Epochs = 2 }), 1e-5);
        Assert.Equal(fresh, Loss(same, options), 1e-5);
        Assert.Equal(remembering, Loss(same, options), 1e-5);
        Assert.Equal(fresh, Loss(same, options with { CorrectSamplingBias = true }), 1e-5);
        Assert.Equal(fresh, Loss(same, options), 1e-5);

        // One negative more on top of the 400 that are remembered; forgetting these would take more than 0.1 off.
        Assert.InRange(
            Loss(same, options with { Seed = 7, NegativeSampler = new UniformSampler(Planted.Candidates), SampledNegatives = 1 }), remembering, remembering + 0.01);
        Assert.Equal(fresh, Loss(same, options with { MemoryCapacity = Pairs + 1 }), 1e-5);
        Assert.Equal(fresh, Loss(same, options with { MemoryCapacity = Pairs + 1, MemoryMaximumAge = 9 }), 1e-5);
        Assert.Equal(fresh, Loss(same, options with { MemoryCapacity = 0 }), 1e-5);
    }

    [Fact]
    public void A_step_that_is_not_taken_says_why()
    {
        // Not normalised, embeddings are finite and their product is not.
        TwoTowerModel<int, int> model = RetrieverSamples.Ids([4, 5], [7, 8], ["x", "y"]).Model;
        var data = RetrievalDataset.Encode(model, [4, 5], [7, 8], [0, 1]);
        model.QueryTower.Table.Value.Span.Fill(1e30f);
        model.CandidateTower.Table.Value.Span.Fill(1e30f);
        ArithmeticException error = Assert.Throws<ArithmeticException>(() => Fit(model, data, new()));
        Assert.Contains("In epoch 1 a score or the loss overflowed; the step was not taken", error.Message, StringComparison.Ordinal);
        Assert.Contains("embeddings are finite, but a score is not", Assert.IsType<ArithmeticException>(error.InnerException).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_is_named_and_no_parameter_moved()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        float[] before = TrainerTests.Values(model);
        RetrievalDataset data = new Planted().Data(model, [.. Enumerable.Repeat(1e34f, Pairs)]);
        var trainer = new Trainer(model, new RetrievalTask<float>(new() { Temperature = 1e-4 }), new Adagrad<float>());
        ArithmeticException error = Assert.Throws<ArithmeticException>(() => trainer.Fit(data, new() { BatchSize = 2 }));
        Assert.Contains("In epoch 1 the gradient of '", error.Message, StringComparison.Ordinal);
        Assert.Contains("' is not finite; the step was not taken", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, TrainerTests.Values(model));
    }

    [Theory]
    [InlineData(200, 0.1f, "drew row 200", "rows 0 to 199")]
    [InlineData(-1, 0.1f, "drew row -1", "rows 0 to 199")]
    [InlineData(9, 0f, "row 9, which it drew, the probability 0")]
    [InlineData(9, 2f, "the probability 2")]
    [InlineData(9, float.NaN, "the probability NaN")]
    public void A_sampler_that_draws_or_says_what_cannot_be_is_named(int row, float probability, params string[] parts)
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalDataset data = new Planted().Data(model);
        TrainingOptions options = new()
        {
            CorrectSamplingBias = true,
            NegativeSampler = new FixedSampler(Planted.Candidates, row) { Every = probability },
            SampledNegatives = 1,
        };
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => Fit(model, data, options));
        Assert.All(["NegativeSampler", .. parts], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(int.MaxValue, 0)]
    [InlineData(1_000_000_000, 0)]
    [InlineData(0, 20_000_000)]
    public void A_step_that_no_tensor_could_hold_is_refused_at_the_door(int sampled, int memory)
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        TrainingOptions options = new() { NegativeSampler = new UniformSampler(Planted.Candidates), SampledNegatives = sampled, MemoryCapacity = memory };
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>("options", () => Fit(model, new Planted().Data(model), options));
        Assert.Contains("BatchSize, SampledNegatives and MemoryCapacity", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_that_is_left_is_never_more_than_a_time_can_be() => Assert.Equal(
        TimeSpan.MaxValue, new TrainingProgress(1, int.MaxValue, 1024, int.MaxValue * 1_000_000L, 0, TimeSpan.FromSeconds(1)).Remaining);

    [Fact]
    public void Probabilities_that_do_not_fit_are_refused()
    {
        TwoTowerModel<int[], int[]> model = Planted.Model();
        RetrievalDataset data = new Planted().Data(model);
        Refused(false, [.. Enumerable.Repeat(0.5f, Planted.Candidates)], "CorrectSamplingBias is off");
        Refused(true, [0.5f, 0.5f], "each of the 200 rows of the corpus, not 2");
        Refused(true, Probabilities(7, 1.5f), "[0, 1]", "number 7 is 1.5");
        Refused(true, Probabilities(8, float.NaN), "[0, 1]", "number 8 is NaN");
        Refused(true, Probabilities(9, 0), "above 0", "number 9 is 0");

        void Refused(bool correct, float[] probabilities, params string[] parts)
        {
            ArgumentException error = Assert.Throws<ArgumentException>("options", () => Fit(model, data, new() { CorrectSamplingBias = correct, CandidateSamplingProbability = probabilities }));
            Assert.All(["CandidateSamplingProbability", .. parts], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        }

        static float[] Probabilities(int row, float value)
        {
            float[] probabilities = [.. Enumerable.Repeat(0.5f, Planted.Candidates)];
            probabilities[row] = value;
            return probabilities;
        }
    }

    private static RetrievalTask<float> Task(RetrievalTaskOptions<float> options) => new(options with { Temperature = Temperature, RemoveAccidentalHits = true });

    /// <summary>Trains with a rate too small to move anything.</summary>
    private static TrainingResult Fit(TwoTowerModel model, RetrievalDataset data, TrainingOptions options, RetrievalTaskOptions<float>? task = null) =>
        new Trainer(model, Task(task ?? new()), new Adagrad<float>(1e-12)).Fit(data, options);
}
