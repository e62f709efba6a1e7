using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;

namespace ManagedRetrieval.Tests.Optimizers;

public class AdamTests
{
    [Fact]
    public void Steps_are_what_the_formula_says()
    {
        OptimizerChecks.FollowsTheRule(() => new Adam<double>(0.02, 0.8, 0.9, 1e-4), OptimizerReference.Adam(0.02, 0.8, 0.9, 1e-4), 0.02, 0, 1e-12);
        OptimizerChecks.FollowsTheRule(() => new Adam<float>(0.02, 0.8, 0.9, 1e-4), OptimizerReference.Adam(0.02, 0.8, 0.9, 1e-4), 0.02, 0, 1e-5);
        OptimizerChecks.FollowsTheRule(() => new Adam<double>(0.02, 0, 0), OptimizerReference.Adam(0.02, 0, 0, 1e-8), 0.02, 0, 1e-12);
    }

    [Fact]
    public void Without_arguments_it_has_the_paper_s_defaults()
    {
        // Bias correction makes the first step η · g / (|g| + ε), whatever the betas; the second one tells them.
        var x = new DenseParameter<double>("x", Tensor<double>.Of(2));
        var optimizer = new Adam<double>();
        x.Gradient.Span[0] = 3;
        optimizer.Step([x]);
        Assert.Equal(2 - (0.001 * 3 / (3 + 1e-8)), x.Value.Span[0], 1e-15);
        x.Gradient.Span[0] = -1;
        optimizer.Step([x]);
        double m = ((0.9 * 0.1 * 3) - 0.1) / (1 - 0.81);
        double v = ((0.999 * 0.001 * 9) + 0.001) / (1 - (0.999 * 0.999));
        Assert.Equal(2 - 0.001 - (0.001 * m / Math.Sqrt(v)), x.Value.Span[0], 1e-10);
    }

    [Fact]
    public void Touching_every_row_gives_the_bits_of_the_dense_rule()
    {
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(() => new Adam<float>());
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(() => new Adam<double>());
    }

    [Fact]
    public void Untouched_rows_keep_value_and_state() => OptimizerChecks.UntouchedRowsKeepValueAndState(() => new Adam<float>());

    [Fact]
    public void The_step_count_of_a_row_is_that_of_its_table()
    {
        // A row first touched at the table's third step is corrected for three steps: m̂ = 0.1 g / (1 - 0.9³).
        var table = new EmbeddingTable<double>("table", new Tensor<double>(new Shape(2, 1)));
        var optimizer = new Adam<double>(epsilon: 1e-12);
        foreach (int row in (int[])[0, 0, 1])
        {
            table.Gradient.Add([row], [0], new Tensor<double>(new Shape(1, 1), new double[] { 2 }));
            table.Gradient.Coalesce(WorkerTeam.Inline);
            optimizer.Step([table]);
        }

        double m = 0.1 * 2 / (1 - Math.Pow(0.9, 3));
        double v = 0.001 * 4 / (1 - Math.Pow(0.999, 3));
        Assert.Equal(-0.001 * m / Math.Sqrt(v), table.Value.Span[1], 1e-12);
    }

    [Fact]
    public void A_dense_element_goes_on_moving_without_a_gradient_but_a_row_does_not()
    {
        var dense = new DenseParameter<double>("dense", new Tensor<double>(new Shape(1, 1)));
        var table = new EmbeddingTable<double>("table", new Tensor<double>(new Shape(1, 1)));
        var optimizer = new Adam<double>();
        dense.Gradient.Span[0] = 1;
        table.Gradient.Add([0], [0], new Tensor<double>(new Shape(1, 1), new double[] { 1 }));
        table.Gradient.Coalesce(WorkerTeam.Inline);
        optimizer.Step([dense, table]);
        double once = table.Value.Span[0];
        optimizer.Step([dense, table]);
        Assert.Equal(once, table.Value.Span[0]);
        Assert.True(dense.Value.Span[0] < once);
    }

    [Fact]
    public void Any_number_of_workers_gives_the_same_bits() => OptimizerChecks.AnyNumberOfWorkersGivesTheSameBits(() => new Adam<float>());

    [Fact]
    public void It_finds_the_minimum_of_a_quadratic() => OptimizerChecks.FindsTheMinimumOfAQuadratic(new Adam<double>(0.05), 3000, 1e-3);

    [Fact]
    public void A_warm_step_allocates_nothing() => OptimizerChecks.AWarmStepAllocatesNothing(new Adam<float>());

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        double positiveNaN = BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0000);
        foreach (double wrong in (double[])[0, -1, positiveNaN, -positiveNaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>("learningRate", () => new Adam<float>(wrong));
            Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new Adam<float>(epsilon: wrong));
        }

        foreach (double wrong in (double[])[-0.1, 1, 1.5, positiveNaN, -positiveNaN])
        {
            Assert.Throws<ArgumentOutOfRangeException>("beta1", () => new Adam<float>(beta1: wrong));
            Assert.Throws<ArgumentOutOfRangeException>("beta2", () => new Adam<float>(beta2: wrong));
        }

        // Below 1, but 1 in float.
        const double Rounded = 0.99999999;
        Assert.Throws<ArgumentOutOfRangeException>("beta1", () => new Adam<float>(beta1: Rounded));
        Assert.Throws<ArgumentOutOfRangeException>("beta2", () => new Adam<float>(beta2: Rounded));
        _ = new Adam<double>(beta1: Rounded, beta2: Rounded);

        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new Adam<float>(epsilon: 1e-60));
        foreach (double wrong in (double[])[1e-60, 1e39])
        {
            Assert.Throws<ArgumentOutOfRangeException>("learningRate", () => new Adam<float>(wrong));
            Assert.Equal(wrong, new Adam<double>(wrong).LearningRate);
        }
    }
}
