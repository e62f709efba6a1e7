using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Optimizers;

public class GradientClippingTests
{
    [Fact]
    public void The_norm_is_that_of_all_gradients_together_and_a_longer_one_is_cut_to_the_maximum() => RandomCases.Check(
        draw =>
        {
            var shape = new Shape(draw.Length(), draw.Length());
            var dense = new DenseParameter<double>("dense", new Tensor<double>(shape));
            var table = new EmbeddingTable<double>("table", new Tensor<double>(shape));
            Tensor<double> gradient = draw.Tensor<double>(shape, Domain.AwayFromZero);
            gradient.Span.CopyTo(dense.Gradient.Span);
            int[] touched = [.. Enumerable.Range(0, shape.Rows).Where(_ => draw.Bool())];
            OptimizerChecks.SetRows(table, touched, gradient);
            double[] all = [.. gradient.Span, .. touched.SelectMany(row => gradient.Row(row).ToArray())];
            double norm = Math.Sqrt(all.Sum(x => x * x)), maximum = draw.Uniform(0.1, 2) * norm;

            // With the rate 1 the parameters, which were 0, are now minus the gradient.
            var optimizer = new Sgd<double>(1) { MaximumGradientNorm = maximum };
            optimizer.Step([dense, table]);
            Assert.Equal(norm, optimizer.GradientNorm!.Value, 1e-12 * norm);
            double[] moved = [.. dense.Value.Span, .. touched.SelectMany(row => table.Value.Row(row).ToArray())];
            double[] expected = [.. all.Select(x => -x * Math.Min(1, maximum / norm))];
            Agree.InNorm<double>("step", expected, moved, norm <= maximum ? 0 : 1e-14);
        },
        cases: 100);

    [Fact]
    public void Weight_decay_is_added_after_clipping()
    {
        var x = new DenseParameter<double>("x", Tensor<double>.Of(10));
        x.Gradient.Span[0] = 4;
        new Sgd<double>(1) { MaximumGradientNorm = 1, WeightDecay = 0.5 }.Step([x]);
        Assert.Equal(10 - 1 - 5, x.Value.Span[0], 1e-15);
    }

    [Fact]
    public void Frozen_parameters_do_not_count()
    {
        DenseParameter<double> frozen = new("frozen", Tensor<double>.Of(0)), free = new("free", Tensor<double>.Of(0));
        (frozen.Gradient.Span[0], free.Gradient.Span[0]) = (double.NaN, 3);
        var optimizer = new Sgd<double>(1) { MaximumGradientNorm = double.PositiveInfinity, Groups = [new(parameter => parameter == frozen) { Frozen = true }] };
        optimizer.Step([frozen, free]);
        Assert.Equal(3, optimizer.GradientNorm);
        Assert.Equal((0, -3), (frozen.Value.Span[0], free.Value.Span[0]));
    }

    [Fact]
    public void A_gradient_whose_squares_overflow_in_float_is_clipped()
    {
        var x = new DenseParameter<float>("x", Tensor<float>.Of(0, 0));
        x.Gradient.Span.Fill(1e30f);
        var optimizer = new Sgd<float>(1) { MaximumGradientNorm = 1 };
        optimizer.Step([x]);
        Assert.Equal(Math.Sqrt(2) * 1e30, optimizer.GradientNorm!.Value, 1e24);
        Assert.Equal(-Math.Sqrt(0.5), x.Value.Span[0], 1e-6);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e200)]
    public void A_norm_that_is_not_finite_is_an_error_that_names_the_parameter_and_nothing_moves(double wrong)
    {
        DenseParameter<double> x = new("x", Tensor<double>.Of(1)), y = new("y", Tensor<double>.Of(2));
        (x.Gradient.Span[0], y.Gradient.Span[0]) = (1, wrong);
        var optimizer = new Adam<double> { MaximumGradientNorm = 5, Average = WeightAverage<double>.Plain() };
        ArithmeticException error = Assert.Throws<ArithmeticException>(() => optimizer.Step([x, y]));
        Assert.Contains("'y'", error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 2, 1, wrong), (x.Value.Span[0], y.Value.Span[0], x.Gradient.Span[0], y.Gradient.Span[0]));
        Assert.Equal((0, 0, 0), (optimizer.Steps, optimizer.StateOf(x).Steps, optimizer.Average.Steps));
    }

    [Fact]
    public void Without_a_maximum_nothing_is_measured()
    {
        var x = new DenseParameter<double>("x", Tensor<double>.Of(1));
        var optimizer = new Sgd<double>();
        optimizer.Step([x]);
        Assert.Null(optimizer.GradientNorm);
    }

    [Fact]
    public void Any_number_of_workers_gives_the_same_bits()
    {
        OptimizerChecks.AnyNumberOfWorkersGivesTheSameBits(() => new Sgd<float> { MaximumGradientNorm = 0.5 });
        double alone = Norm(null);
        using var team = new WorkerTeam(3);
        Assert.Equal(alone, Norm(team));

        static double Norm(WorkerTeam? team)
        {
            // 60,000 elements are several parts.
            var x = new DenseParameter<float>("x", new Draw(5, 12).Tensor<float>(new Shape(300, 200)));
            x.Value.Span.CopyTo(x.Gradient.Span);
            var optimizer = new Sgd<float> { MaximumGradientNorm = 1 };
            optimizer.Step([x], team);
            return optimizer.GradientNorm!.Value;
        }
    }

    [Fact]
    public void Touching_every_row_gives_the_bits_of_the_dense_rule() =>
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(() => new Adagrad<float> { MaximumGradientNorm = 0.25 });

    [Fact]
    public void A_warm_step_allocates_nothing() => OptimizerChecks.AWarmStepAllocatesNothing(new Adam<float> { MaximumGradientNorm = 0.5 });

    [Fact]
    public void A_maximum_that_is_not_positive_is_refused()
    {
        foreach (double wrong in (double[])[0, -1, double.NaN, -double.NaN, double.NegativeInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>("MaximumGradientNorm", () => new Adam<float> { MaximumGradientNorm = wrong });
        }
    }
}
