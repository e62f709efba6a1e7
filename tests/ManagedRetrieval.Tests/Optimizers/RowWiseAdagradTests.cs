using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;

namespace ManagedRetrieval.Tests.Optimizers;

public class RowWiseAdagradTests
{
    [Theory]
    [InlineData(0.25, 0)]
    [InlineData(0, 0)]
    [InlineData(0.25, 0.5)]
    public void Steps_are_what_the_formula_says(double initial, double decay)
    {
        OptimizerReference.RowRule rule = OptimizerReference.RowWiseAdagrad(0.3, 1e-3, decay);
        RowRuleChecks.FollowsTheRule(() => new RowWiseAdagrad<double>(0.3, initial, 1e-3) { WeightDecay = decay }, rule, initial, 1e-12);
        RowRuleChecks.FollowsTheRule(() => new RowWiseAdagrad<float>(0.3, initial, 1e-3) { WeightDecay = decay }, rule, initial, 5e-6);
    }

    [Fact]
    public void The_first_step_of_a_row_is_as_long_as_the_rate_in_root_mean_square()
    {
        var x = new DenseParameter<double>("x", Tensor<double>.Of(new double[,] { { 0, 0 }, { 0, 0 } }));
        ((double[])[3, 4, -30, 40]).CopyTo(x.Gradient.Span);
        new RowWiseAdagrad<double>(0.5).Step([x]);
        double half = 0.5 / Math.Sqrt(12.5);
        foreach ((double expected, double actual) in ((double[])[-3 * half, -4 * half, 3 * half, -4 * half]).Zip(x.Value.Span.ToArray()))
        {
            Assert.Equal(expected, actual, 1e-8);
        }
    }

    [Theory]
    [InlineData(7, 0, 7)]
    [InlineData(7, 5, 7)]
    [InlineData(1, 1, 1)]
    public void It_keeps_one_number_for_each_row_of_a_table_or_matrix(int rows, int width, int numbers)
    {
        var optimizer = new RowWiseAdagrad<float>(initialAccumulator: 2);
        var shape = new Shape(rows, width);
        foreach (Parameter<float> parameter in (Parameter<float>[])[new DenseParameter<float>("x", new(shape)), new EmbeddingTable<float>("y", new(shape))])
        {
            Tensor<float> state = Assert.Single(optimizer.StateOf(parameter).Tensors);
            Assert.Equal(new Shape(numbers), state.Shape);
            Assert.Equal(Enumerable.Repeat(2f, numbers), state.Span.ToArray());
            optimizer.Step([parameter]);
        }
    }

    [Fact]
    public void A_vector_counts_as_one_row()
    {
        var vector = new DenseParameter<float>("vector", new(new Shape(9)));
        Assert.Equal(new Shape(1), Assert.Single(new RowWiseAdagrad<float>().StateOf(vector).Tensors).Shape);
    }

    [Fact]
    public void It_keeps_what_every_optimizer_must()
    {
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(() => new RowWiseAdagrad<float>());
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(() => new RowWiseAdagrad<double>() { WeightDecay = 0.25 });
        OptimizerChecks.UntouchedRowsKeepValueAndState(() => new RowWiseAdagrad<float>());
        OptimizerChecks.AnyNumberOfWorkersGivesTheSameBits(() => new RowWiseAdagrad<float>());
        OptimizerChecks.AWarmStepAllocatesNothing(new RowWiseAdagrad<float>());
    }

    [Fact]
    public void It_finds_the_minimum_of_a_quadratic() => OptimizerChecks.FindsTheMinimumOfAQuadratic(new RowWiseAdagrad<double>(0.5), 2000, 1e-6);

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        foreach (double wrong in (double[])[0, -1, double.NaN, double.PositiveInfinity, 1e-60])
        {
            Assert.Throws<ArgumentOutOfRangeException>("learningRate", () => new RowWiseAdagrad<float>(wrong));
            Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new RowWiseAdagrad<float>(epsilon: wrong));
        }

        foreach (double wrong in (double[])[-1e-9, double.NaN, 1e300])
        {
            Assert.Throws<ArgumentOutOfRangeException>("initialAccumulator", () => new RowWiseAdagrad<float>(initialAccumulator: wrong));
        }
    }
}
