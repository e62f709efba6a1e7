using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class SoftmaxRowTests
{
    [Fact]
    public void Gives_the_log_sum_exp_and_the_exponentials_also_in_place() => RandomCases.Check(
        draw =>
        {
            double[] logits = draw.Values(draw.Between(1, draw.Size));
            double maximum = logits.Max();
            double[] expected = [.. logits.Select(logit => Math.Exp(logit - maximum))];
            double[] exponentials = new double[logits.Length];
            (double shift, double sum) = SoftmaxRow.Exponentials<double>(logits, exponentials);
            Assert.Equal(maximum, shift);
            Agree.InNorm<double>("exponentials", expected, exponentials, 1e-14);

            // Near 0 it is the difference of two numbers of the logits' size, in whose last digits it is right.
            Agree.InNorm<double>("log-sum-exp", [Math.Log(logits.Sum(Math.Exp))], [shift + Math.Log(sum)], 1e-13, floor: 1);
            SoftmaxRow.Exponentials<double>(logits, logits);
            Agree.Exactly<double>("in place", exponentials, logits);
        },
        size: 100,
        pinned: [(181200018, 2)]);

    [Fact]
    public void A_removed_entry_counts_exactly_nothing_wherever_it_stands()
    {
        for (int i = 0; i < 37; i++)
        {
            float[] logits = new float[37];
            logits[i] = float.NegativeInfinity;
            float[] exponentials = new float[37];
            (_, float sum) = SoftmaxRow.Exponentials<float>(logits, exponentials);
            Assert.Equal(0f, exponentials[i]);
            Assert.Equal(36f, sum);
        }
    }

    // TensorPrimitives.Exp of doubles changed its bits after some hundred calls where an entry lay below -708.
    [Fact]
    public void The_hundredth_call_gives_the_bits_of_the_first()
    {
        double[] wide = new Draw(5, 1).Values(40);
        wide[7] = double.NegativeInfinity;
        wide[8] = -2000;
        float[] narrow = [.. wide.Select(value => (float)value)];
        double[] first = new double[40];
        float[] firstNarrow = new float[40];
        SoftmaxRow.Exponentials<double>(wide, first);
        SoftmaxRow.Exponentials<float>(narrow, firstNarrow);
        double[] later = new double[40];
        float[] laterNarrow = new float[40];
        for (int call = 0; call < 2000; call++)
        {
            SoftmaxRow.Exponentials<double>(wide, later);
            SoftmaxRow.Exponentials<float>(narrow, laterNarrow);
            Agree.Exactly<double>("exponentials", first, later);
            Agree.Exactly<float>("exponentials in float", firstNarrow, laterNarrow);
        }
    }
}
