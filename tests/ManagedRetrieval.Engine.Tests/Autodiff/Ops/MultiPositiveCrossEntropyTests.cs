using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class MultiPositiveCrossEntropyTests : ListLossContract
{
    protected override string Name => "MultiPositiveCrossEntropy";

    protected override ListLoss[] Variants =>
    [
        Of(MultiPositiveForm.Sum, 0),
        Of(MultiPositiveForm.Mean, 0),
        Of(MultiPositiveForm.Sum, 0.1),
        Of(MultiPositiveForm.Mean, 0.3),
    ];

    [Theory]
    [InlineData(MultiPositiveForm.Sum, 0)]
    [InlineData(MultiPositiveForm.Sum, 0.1)]
    [InlineData(MultiPositiveForm.Mean, 0)]
    [InlineData(MultiPositiveForm.Mean, 0.3)]
    public void Is_what_its_formula_says(MultiPositiveForm form, double labelSmoothing) => OpCheck.Run(draw => Of(form, labelSmoothing).Case(draw));

    [Theory]
    [InlineData(MultiPositiveForm.Sum, 0)]
    [InlineData(MultiPositiveForm.Sum, 0.2)]
    [InlineData(MultiPositiveForm.Mean, 0)]
    [InlineData(MultiPositiveForm.Mean, 0.2)]
    public void With_one_positive_a_row_it_is_the_cross_entropy(MultiPositiveForm form, double labelSmoothing) => RandomCases.Check(draw =>
    {
        (int rows, int width) = (draw.Length(), draw.Length());
        int[] labels = draw.Ids(rows, width), offsets = [.. Enumerable.Range(0, rows + 1)];
        OpIndices removals = ListLoss.Removals(draw, new OpIndices(labels, offsets), width);
        Tensor<double> values = draw.Tensor<double>(new Shape(rows, width));
        var tape = new Tape<double>();
        Variable<double> one = tape.Input(values), other = tape.Input(values);
        Variable<double> losses = Removed(one).MultiPositiveCrossEntropy(labels, offsets, form, labelSmoothing);
        Variable<double> expected = Removed(other).SoftmaxCrossEntropy(labels, labelSmoothing);
        tape.Backward(losses.Sum());
        tape.Backward(expected.Sum());
        Agree.InNorm<double>("losses", expected.Value.Span, losses.Value.Span, 1e-14, 1);
        Agree.InNorm<double>("gradient", other.Gradient.Span, one.Gradient.Span, 1e-14, 1);

        Variable<double> Removed(Variable<double> logits) => logits.RemoveEntries(removals.Values, removals.Offsets);
    });

    [Fact]
    public void The_sum_form_by_hand()
    {
        (double[] losses, double[] gradient) = Step(Logits(), logits => logits.MultiPositiveCrossEntropy(new[] { 0, 1 }, new[] { 0, 2 }, MultiPositiveForm.Sum));
        Agree.InNorm<double>("loss", [Math.Log(2)], losses, 1e-15);
        Agree.InNorm<double>("gradient", [-1d / 6, -1d / 3, 0.5, 0], gradient, 1e-15);
    }

    [Fact]
    public void The_mean_form_by_hand()
    {
        (double[] losses, double[] gradient) = Step(Logits(), logits => logits.MultiPositiveCrossEntropy(new[] { 1, 0 }, new[] { 0, 2 }, MultiPositiveForm.Mean));
        Agree.InNorm<double>("loss", [0.5 * Math.Log(10)], losses, 1e-15);
        Agree.InNorm<double>("gradient", [-0.375, -0.3, 0.675, 0], gradient, 1e-15);
    }

    [Fact]
    public void Smoothing_by_hand()
    {
        (double[] losses, double[] gradient) = Step(
            Logits(), logits => logits.MultiPositiveCrossEntropy(new[] { 0, 1 }, new[] { 0, 2 }, MultiPositiveForm.Sum, labelSmoothing: 0.3));
        Agree.InNorm<double>("loss", [(0.7 * Math.Log(2)) + (0.2 * Math.Log(6))], losses, 1e-15);
        Agree.InNorm<double>("gradient", [(0.7 * -1 / 6) - 0.05, 0.7 * -1 / 3, (0.7 * 0.5) + 0.05, 0], gradient, 1e-15);
    }

    // lse(V) − lse(P) would be 0 to the last digit.
    [Theory]
    [InlineData(MultiPositiveForm.Sum)]
    [InlineData(MultiPositiveForm.Mean)]
    public void A_loss_far_below_the_logits_keeps_its_digits(MultiPositiveForm form)
    {
        (double[] losses, double[] gradient) = Step(
            new double[,] { { 50, 50, 0 } }, logits => logits.MultiPositiveCrossEntropy(new[] { 0, 1 }, new[] { 0, 2 }, form));
        double expected = form == MultiPositiveForm.Sum ? Math.Exp(-50) / 2 : Math.Exp(-50);
        Assert.Equal(1, losses[0] / expected, 1e-13);
        Assert.Equal(1, gradient[2] / expected, 1e-13);
        Assert.Equal(1, gradient[0] / (-0.5 * expected), 1e-13);
    }

    [Theory]
    [InlineData(MultiPositiveForm.Sum, 0)]
    [InlineData(MultiPositiveForm.Mean, 0.2)]
    public void A_constant_added_to_all_logits_changes_nothing_and_the_gradient_of_a_row_sums_to_zero(MultiPositiveForm form, double labelSmoothing) =>
        RandomCases.Check(draw => ShiftInvariance.Check(
            draw, (logits, lists) => logits.MultiPositiveCrossEntropy(lists.Values, lists.Offsets, form, labelSmoothing)));

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_smoothing_outside_zero_to_one_is_refused(double labelSmoothing) => Refusal.Of<ArgumentOutOfRangeException>(
        () => _ = new MultiPositiveCrossEntropy<float>(MultiPositiveForm.Sum, labelSmoothing), "'labelSmoothing'", "at least 0 and less than 1");

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void A_form_that_is_none_of_the_named_ones_is_refused(int form) => Refusal.Of<ArgumentOutOfRangeException>(
        () => _ = new MultiPositiveCrossEntropy<float>((MultiPositiveForm)form), "'form'", "Sum or Mean");

    /// <summary>Probabilities 1/6, 2/6 and 3/6, and a removed entry.</summary>
    private static double[,] Logits() => new[,] { { 0, Math.Log(2), Math.Log(3), double.NegativeInfinity } };

    private static ListLoss Of(MultiPositiveForm form, double smoothing) => new(
        new MultiPositiveCrossEntropy<double>(form, smoothing),
        new MultiPositiveCrossEntropy<float>(form, smoothing),
        (logits, positives) => Row(form, smoothing, logits, positives));

    private static double Row(MultiPositiveForm form, double smoothing, double[] logits, int[] positives)
    {
        double[] kept = [.. logits.Where(logit => !double.IsNegativeInfinity(logit))];
        double[] negatives = [.. logits.Where((logit, j) => !double.IsNegativeInfinity(logit) && !positives.Contains(j))];
        if (negatives.Length == 0)
        {
            return 0;
        }

        double loss = 0;
        if (form == MultiPositiveForm.Sum)
        {
            loss = LogSumExp(kept) - LogSumExp([.. positives.Select(p => logits[p])]);
        }
        else
        {
            foreach (int p in positives)
            {
                loss += (LogSumExp([.. negatives, logits[p]]) - logits[p]) / positives.Length;
            }
        }

        return ((1 - smoothing) * loss) + (smoothing * (LogSumExp(kept) - kept.Average()));
    }

    private static double LogSumExp(double[] logits)
    {
        double maximum = logits.Max();
        return maximum + Math.Log(logits.Sum(logit => Math.Exp(logit - maximum)));
    }
}
