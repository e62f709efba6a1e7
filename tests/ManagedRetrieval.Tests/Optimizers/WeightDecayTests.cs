using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;

namespace ManagedRetrieval.Tests.Optimizers;

public class WeightDecayTests
{
    [Fact]
    public void Adagrad_and_Adam_add_it_to_the_gradient()
    {
        RowRuleChecks.FollowsTheRule(
            () => new Adagrad<double>(0.3, 0.2, 1e-3) { WeightDecay = 0.25 }, OptimizerReference.Each(OptimizerReference.Adagrad(0.3, 1e-3), added: 0.25), 0.2, 1e-12);
        RowRuleChecks.FollowsTheRule(
            () => new Adam<double>(0.02, 0.8, 0.9, 1e-4) { WeightDecay = 0.25 }, OptimizerReference.Each(OptimizerReference.Adam(0.02, 0.8, 0.9, 1e-4), added: 0.25), 0, 1e-11);
    }

    [Fact]
    public void Without_a_gradient_a_dense_value_falls_geometrically_and_a_row_stays()
    {
        foreach (Optimizer<double> optimizer in (Optimizer<double>[])[new Sgd<double>(0.1) { WeightDecay = 0.5 }, new AdamW<double>(0.1) { WeightDecay = 0.5 }])
        {
            var dense = new DenseParameter<double>("dense", Tensor<double>.Of(new double[,] { { 2 } }));
            var table = new EmbeddingTable<double>("table", Tensor<double>.Of(new double[,] { { 2 } }));
            for (int step = 0; step < 10; step++)
            {
                optimizer.Step([dense, table]);
            }

            Assert.Equal(2 * Math.Pow(0.95, 10), dense.Value.Span[0], 1e-12);
            Assert.Equal(2, table.Value.Span[0]);
        }
    }

    [Fact]
    public void It_pulls_the_minimum_of_a_quadratic_towards_zero()
    {
        // The gradient of ½(x − 3)² + ½ · 0.5 · x² is 0 at 3 / 1.5.
        var x = new DenseParameter<double>("x", Tensor<double>.Of(0));
        var optimizer = new Sgd<double>(0.1) { WeightDecay = 0.5 };
        for (int step = 0; step < 300; step++)
        {
            x.Gradient.Span[0] = x.Value.Span[0] - 3;
            optimizer.Step([x]);
        }

        Assert.Equal(2, x.Value.Span[0], 1e-9);
    }

    [Fact]
    public void What_is_negative_or_not_finite_is_refused()
    {
        foreach (double wrong in (double[])[-1e-9, double.NaN, -double.NaN, double.PositiveInfinity, 1e300])
        {
            Assert.Throws<ArgumentOutOfRangeException>("WeightDecay", () => new Sgd<float> { WeightDecay = wrong });
            Assert.Throws<ArgumentOutOfRangeException>("WeightDecay", () => new ParameterGroup<float>(_ => true) { WeightDecay = wrong });
        }

        Assert.Null(new ParameterGroup<float>(_ => true) { WeightDecay = null }.WeightDecay);
        Assert.Equal(1e300, new Sgd<double> { WeightDecay = 1e300 }.WeightDecay);
    }
}
