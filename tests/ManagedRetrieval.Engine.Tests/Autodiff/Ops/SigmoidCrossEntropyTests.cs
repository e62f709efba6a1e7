using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class SigmoidCrossEntropyTests : ListLossContract
{
    protected override string Name => "SigmoidCrossEntropy";

    protected override ListLoss[] Variants => [new(new SigmoidCrossEntropy<double>(), new SigmoidCrossEntropy<float>(), Row)];

    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw => Variants[0].Case(draw));

    [Fact]
    public void A_small_case_by_hand()
    {
        (double[] losses, double[] gradient) = Step(
            new[,] { { Math.Log(3), 0, double.NegativeInfinity, 5 } }, logits => logits.SigmoidCrossEntropy(new[] { 1, 3 }, new[] { 0, 2 }));
        Agree.InNorm<double>("loss", [Math.Log(8)], losses, 1e-15);
        Agree.InNorm<double>("gradient", [0.75, -0.5, 0, 0], gradient, 1e-15);
        Assert.Equal([0, 0], gradient[2..]);
    }

    [Fact]
    public void A_negative_far_below_zero_keeps_the_digits_of_its_loss()
    {
        (double[] losses, double[] gradient) = Step(new double[,] { { 60, -50 } }, logits => logits.SigmoidCrossEntropy(new[] { 0 }, new[] { 0, 1 }));
        Assert.Equal(1, losses[0] / (Math.Exp(-60) + Math.Exp(-50)), 1e-13);
        Assert.Equal(1, gradient[0] / -Math.Exp(-60), 1e-13);
        Assert.Equal(1, gradient[1] / Math.Exp(-50), 1e-13);
    }

    private static double Row(double[] logits, int[] positives)
    {
        double loss = Softplus(-logits[positives[0]]);
        bool hasNegatives = false;
        for (int j = 0; j < logits.Length; j++)
        {
            if (!double.IsNegativeInfinity(logits[j]) && !positives.Contains(j))
            {
                loss += Softplus(logits[j]);
                hasNegatives = true;
            }
        }

        return hasNegatives ? loss : 0;
    }

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
