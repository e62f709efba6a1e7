using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class PairwiseHingeTests : ListLossContract
{
    protected override string Name => "PairwiseHinge";

    // Odd multiples of 0.125: no pair of spaced logits comes near the kink.
    protected override ListLoss[] Variants => [Of(0.125), Of(1.125)];

    [Theory]
    [InlineData(0.125)]
    [InlineData(0.625)]
    [InlineData(1.125)]
    public void Is_what_its_formula_says(double margin) => OpCheck.Run(draw => Of(margin).Case(draw));

    [Fact]
    public void A_small_case_by_hand_with_one_pair_at_the_kink()
    {
        (double[] losses, double[] gradient) = Step(
            new[,] { { 2, 1, 1.5, 0, 9, double.NegativeInfinity } }, logits => logits.PairwiseHinge(new[] { 0, 4 }, new[] { 0, 2 }));
        Agree.InNorm<double>("loss", [0.5 / 3], losses, 1e-15);
        Agree.InNorm<double>("gradient", [-1d / 3, 0, 1d / 3, 0, 0, 0], gradient, 1e-15);
        Assert.Equal([0, 0, 0], gradient[3..]);
        Assert.Equal(0, gradient[1]);
    }

    [Fact]
    public void The_margin_is_one_unless_another_is_given()
    {
        (double[] losses, _) = Step(new double[,] { { 1, 1 } }, logits => logits.PairwiseHinge(new[] { 0 }, new[] { 0, 1 }));
        (double[] others, _) = Step(new double[,] { { 1, 1 } }, logits => logits.PairwiseHinge(new[] { 0 }, new[] { 0, 1 }, margin: 0.25));
        Assert.Equal([1, 0.25], [losses[0], others[0]]);
    }

    [Fact]
    public void A_constant_added_to_all_logits_changes_nothing_and_the_gradient_of_a_row_sums_to_zero() => RandomCases.Check(draw =>
        ShiftInvariance.Check(draw, (logits, lists) => logits.PairwiseHinge(lists.Values, lists.Offsets, margin: 0.625)));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_margin_that_is_not_positive_and_finite_is_refused(double margin)
    {
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new PairwiseHinge<double>(margin), "'margin'", "positive and finite");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new PairwiseHinge<float>(margin), "'margin'", "positive and finite");
    }

    [Fact]
    public void A_margin_that_float_cannot_hold_is_refused_in_float_only()
    {
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new PairwiseHinge<float>(1e-60), "'margin'", "type of the elements");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new PairwiseHinge<float>(1e60), "'margin'", "type of the elements");
        _ = new PairwiseHinge<double>(1e60);
    }

    private static ListLoss Of(double margin) => new(
        new PairwiseHinge<double>(margin), new PairwiseHinge<float>(margin), (logits, positives) => Row(logits, positives, margin));

    private static double Row(double[] logits, int[] positives, double margin)
    {
        double sum = 0;
        int negatives = 0;
        for (int j = 0; j < logits.Length; j++)
        {
            if (!double.IsNegativeInfinity(logits[j]) && !positives.Contains(j))
            {
                sum += Math.Max(0, margin - logits[positives[0]] + logits[j]);
                negatives++;
            }
        }

        return negatives == 0 ? 0 : sum / negatives;
    }
}
