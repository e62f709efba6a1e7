using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;

namespace ManagedRetrieval.Tests.Optimizers;

public class SgdTests
{
    public static TheoryData<double, bool, double> Kinds => new()
    {
        { 0, false, 0 },
        { 0.875, false, 0 },
        { 0.875, true, 0 },
        { 0, false, 0.25 },
        { 0.5, true, 0.25 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Steps_are_what_the_formula_says(double momentum, bool nesterov, double decay)
    {
        OptimizerReference.RowRule rule = OptimizerReference.Each(OptimizerReference.Sgd(0.125, momentum, nesterov), added: decay);
        RowRuleChecks.FollowsTheRule(() => new Sgd<double>(0.125, momentum, nesterov) { WeightDecay = decay }, rule, 0, 1e-13);
        RowRuleChecks.FollowsTheRule(() => new Sgd<float>(0.125, momentum, nesterov) { WeightDecay = decay }, rule, 0, 2e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_constant_gradient_moves_a_value_by_the_sum_of_its_geometric_series(bool nesterov)
    {
        // v after n steps is g · (1 − μⁿ) / (1 − μ); Nesterov moves by g + μ · v, which is the velocity of the next step.
        const double Rate = 0.1, Momentum = 0.9, Gradient = 3;
        var x = new DenseParameter<double>("x", Tensor<double>.Of(2));
        var optimizer = new Sgd<double>(Rate, Momentum, nesterov);
        double expected = 2;
        for (int step = 1; step <= 40; step++)
        {
            x.Gradient.Span[0] = Gradient;
            optimizer.Step([x]);
            expected -= Rate * Gradient * (1 - Math.Pow(Momentum, nesterov ? step + 1 : step)) / (1 - Momentum);
            Assert.Equal(expected, x.Value.Span[0], 1e-11);
        }
    }

    [Fact]
    public void Without_momentum_it_keeps_nothing() =>
        Assert.Empty(new Sgd<float>().StateOf(new DenseParameter<float>("x", Tensor<float>.Of(1))).Tensors);

    [Fact]
    public void A_dense_element_goes_on_moving_without_a_gradient_but_a_row_does_not()
    {
        var dense = new DenseParameter<double>("dense", new Tensor<double>(new Shape(1, 1)));
        var table = new EmbeddingTable<double>("table", new Tensor<double>(new Shape(1, 1)));
        var optimizer = new Sgd<double>(1, momentum: 0.5);
        dense.Gradient.Span[0] = 1;
        OptimizerChecks.SetRows(table, [0], new Tensor<double>(new Shape(1, 1), new double[] { 1 }));
        optimizer.Step([dense, table]);
        optimizer.Step([dense, table]);
        Assert.Equal(-1.5, dense.Value.Span[0]);
        Assert.Equal(-1, table.Value.Span[0]);

        // The velocity of the row waited too: 0.5 · 1 + 1.
        OptimizerChecks.SetRows(table, [0], new Tensor<double>(new Shape(1, 1), new double[] { 1 }));
        optimizer.Step([table]);
        Assert.Equal(-2.5, table.Value.Span[0]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_keeps_what_every_optimizer_must(double momentum, bool nesterov, double decay)
    {
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(Create);
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(() => new Sgd<double>(0.01, momentum, nesterov) { WeightDecay = decay });
        OptimizerChecks.UntouchedRowsKeepValueAndState(Create);
        OptimizerChecks.AnyNumberOfWorkersGivesTheSameBits(Create);
        OptimizerChecks.AWarmStepAllocatesNothing(Create());

        Sgd<float> Create() => new(0.01, momentum, nesterov) { WeightDecay = decay };
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.9, false)]
    [InlineData(0.9, true)]
    public void It_finds_the_minimum_of_a_quadratic(double momentum, bool nesterov) =>
        OptimizerChecks.FindsTheMinimumOfAQuadratic(new Sgd<double>(0.1, momentum, nesterov), 500, 1e-6);

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        foreach (double wrong in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>("learningRate", () => new Sgd<float>(wrong));
        }

        foreach (double wrong in (double[])[-0.1, 1, 0.99999999, double.NaN, -double.NaN])
        {
            Assert.Throws<ArgumentOutOfRangeException>("momentum", () => new Sgd<float>(momentum: wrong));
        }

        Assert.Throws<ArgumentException>("nesterov", () => new Sgd<float>(nesterov: true));
    }
}
