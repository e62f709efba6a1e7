using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class PairwiseLogisticTests : ListLossContract
{
    protected override string Name => "PairwiseLogistic";

    protected override ListLoss[] Variants => [new(new PairwiseLogistic<double>(), new PairwiseLogistic<float>(), Row)];

    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw => Variants[0].Case(draw));

    [Fact]
    public void A_small_case_by_hand()
    {
        (double[] losses, double[] gradient) = Step(
            new[,] { { 5 + Math.Log(3), 9, double.NegativeInfinity, 5, 5 } }, logits => logits.PairwiseLogistic(new[] { 3, 1 }, new[] { 0, 2 }));
        Agree.InNorm<double>("loss", [0.5 * Math.Log(8)], losses, 1e-15);
        Agree.InNorm<double>("gradient", [0.375, 0, 0, -0.625, 0.25], gradient, 1e-15);
        Assert.Equal([0, 0], gradient[1..3]);
    }

    [Fact]
    public void A_constant_added_to_all_logits_changes_nothing_and_the_gradient_of_a_row_sums_to_zero() => RandomCases.Check(draw =>
        ShiftInvariance.Check(draw, (logits, lists) => logits.PairwiseLogistic(lists.Values, lists.Offsets)));

    private static double Row(double[] logits, int[] positives)
    {
        double sum = 0;
        int negatives = 0;
        for (int j = 0; j < logits.Length; j++)
        {
            if (!double.IsNegativeInfinity(logits[j]) && !positives.Contains(j))
            {
                double difference = logits[j] - logits[positives[0]];
                sum += Math.Max(difference, 0) + Math.Log(1 + Math.Exp(-Math.Abs(difference)));
                negatives++;
            }
        }

        return negatives == 0 ? 0 : sum / negatives;
    }
}
