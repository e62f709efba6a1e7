using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Tasks;
using static ManagedRetrieval.Tests.Tasks.StricterPoint;

namespace ManagedRetrieval.Tests.Tasks;

/// <summary>Where the task is stricter than the original: our behaviour, and the original's where it is offered.</summary>
public class StricterPointsTests
{
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
        StricterPoint outcome = Run(options, Candidates, new() { ScoreMask = mask });
        Assert.Equal(new RetrievalCounts(1, 0), outcome.Counts);
        Assert.Equal(Math.Log(1 + Math.Exp(-3)), outcome.LossValues[0], 1e-14);
        Assert.Equal([0, 0, 0], outcome.QueryGradient.Row(1).ToArray());

        // The mean is over the rows that are left, with hard negatives too.
        double mean = Run(options with { Reduction = LossReduction.Mean, NumberOfHardNegatives = 1 }, WithExtra, new()
        {
            ScoreMask = new(new[,] { { true, true, true }, { true, false, true } }),
        }).LossValues[0];
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
        StricterPoint outcome = Run(new() { NumberOfHardNegatives = 1 }, WithExtra);
        Assert.Equal(expected, outcome.LossValues[0], 1e-13);

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
    public void Exclusions_are_exact_and_fewer_than_k_may_come_back()
    {
        var index = new BruteForceIndex<string>(Tensor<float>.Of(new float[,] { { 3, 0 }, { 2, 0 }, { 1, 0 } }), ["a", "b", "c"]);
        Tensor<float> query = Tensor<float>.Of(new float[,] { { 1, 0 } });
        Assert.Equal(["b"], index.Search(query, 3, [["a", "c"]])[0].Select(answer => answer.Identifier));
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
    public void A_mean_is_over_the_weights_and_over_the_rows_where_compatible()
    {
        RetrievalArguments<double> arguments = new() { SampleWeight = Tensor<double>.Of(3, 1) };
        double sum = (3 * Math.Log(1 + Math.Exp(-3))) + Math.Log(1 + Math.Exp(4));
        Assert.Equal(sum / 4, Loss(new() { Reduction = LossReduction.Mean }, Candidates, arguments), 1e-14);
        Assert.Equal(sum / 2, Loss(new() { Reduction = LossReduction.Mean, TfrsCompatible = true }, Candidates, arguments), 1e-14);
        Assert.Equal(0, Loss(new() { Reduction = LossReduction.Mean }, Candidates, new() { SampleWeight = Tensor<double>.Of(0, 0) }));
    }
}
