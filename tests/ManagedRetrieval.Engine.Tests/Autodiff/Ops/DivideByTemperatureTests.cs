using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class DivideByTemperatureTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int rows, int width) = (draw.Length(minimum: 0), draw.Length());
        return new OpCase
        {
            Op = (new DivideByTemperature<double>(), new DivideByTemperature<float>()),
            Inputs = [new OpInput("logits", new Shape(rows, width)), new OpInput("logTemperature", Shape.Scalar)],
            Output = new Shape(rows, width),
            LinearIn = [0],
            Reference = inputs =>
            {
                double[] result = new double[rows * width];
                for (int i = 0; i < result.Length; i++)
                {
                    result[i] = inputs[0][i] / Math.Exp(inputs[1][0]);
                }

                return result;
            },
        };
    });

    [Fact]
    public void The_temperature_lies_between_a_hundredth_and_a_hundred()
    {
        Assert.Equal(0.01, DivideByTemperature<double>.MinimumTemperature);
        Assert.Equal(100, DivideByTemperature<double>.MaximumTemperature);
    }

    [Fact]
    public void A_temperature_of_1_leaves_the_logits_as_they_are()
    {
        (double[] y, double[] dx, double dTheta) = Step(0);
        Assert.Equal([3, -1], y);
        Assert.Equal([2, 5], dx);
        Assert.Equal(-1, dTheta);
    }

    [Fact]
    public void The_gradient_is_that_of_the_logarithm()
    {
        (double[] y, double[] dx, double dTheta) = Step(Math.Log(0.25));
        Agree.InNorm<double>("logits", [12, -4], y, 1e-15);
        Agree.InNorm<double>("their gradient", [8, 20], dx, 1e-15);
        Agree.InNorm<double>("the temperature's gradient", [-4], [dTheta], 1e-14);
    }

    [Theory]
    [InlineData(-4.4)]
    [InlineData(4.4)]
    public void The_gradient_is_right_just_inside_the_clamp(double logTemperature) => RandomCases.Check(draw =>
    {
        var logits = new DenseParameter<double>("logits", draw.Tensor<double>(new Shape(draw.Length(), draw.Length())));
        var theta = new DenseParameter<double>("theta", Tensor<double>.Of(logTemperature));
        GradientCheck.Run(tape => tape.Parameter(logits).DivideByTemperature(tape.Parameter(theta)), [logits, theta], draw.Seed).ThrowIfFailed();
    });

    [Theory]
    [InlineData(-4.61, 100)]
    [InlineData(-1e4, 100)]
    [InlineData(double.NegativeInfinity, 100)]
    [InlineData(4.61, 0.01)]
    [InlineData(1e4, 0.01)]
    [InlineData(double.PositiveInfinity, 0.01)]
    public void Beyond_the_clamp_the_temperature_stays_at_its_bound_and_gets_exactly_no_gradient(double logTemperature, double factor)
    {
        (double[] y, double[] dx, double dTheta) = Step(logTemperature);
        Agree.InNorm<double>("logits", [3 * factor, -factor], y, 1e-14);
        Agree.InNorm<double>("their gradient", [2 * factor, 5 * factor], dx, 1e-14);
        Assert.Equal(0, dTheta);
    }

    [Theory]
    [InlineData(0.01, -100)]
    [InlineData(100, -0.01)]
    public void At_its_bounds_the_temperature_still_gets_a_gradient(double temperature, double expected)
    {
        Agree.InNorm<double>("in double", [expected], [Step(Math.Log(temperature)).Temperature], 1e-13);
        var tape = new Tape<float>();
        Variable<float> theta = tape.Input(Tensor<float>.Of((float)Math.Log(temperature)));
        tape.Backward(tape.Constant(Tensor<float>.Of(new float[,] { { 1 } })).DivideByTemperature(theta));
        Agree.InNorm<float>("in float", [expected], theta.Gradient.Span, 1e-5);
    }

    [Fact]
    public void Removed_entries_stay_removed_and_add_exactly_nothing_to_the_gradient_of_the_temperature() => RandomCases.Check(draw =>
    {
        Tensor<double> logits = draw.Tensor<double>(new Shape(draw.Length(), draw.Length()));
        Tensor<double> zeroed = logits.Clone();
        Tensor<double> cotangent = draw.Tensor<double>(logits.Shape);
        for (int i = 0; i < logits.Shape.Length; i++)
        {
            if (draw.Bool())
            {
                (logits.Span[i], zeroed.Span[i]) = (double.NegativeInfinity, 0);
                cotangent.Span[i] = draw.OneOf(0, 1, -1);
            }
        }

        (double[] y, double dTheta) = Gradient(logits);
        Assert.Equal(Gradient(zeroed).Temperature, dTheta);
        for (int i = 0; i < y.Length; i++)
        {
            Assert.Equal(double.IsNegativeInfinity(logits.Span[i]), double.IsNegativeInfinity(y[i]));
        }

        (double[] Output, double Temperature) Gradient(Tensor<double> x)
        {
            var tape = new Tape<double>();
            Variable<double> theta = tape.Input(Tensor<double>.Of(0.5));
            Variable<double> output = tape.Constant(x).DivideByTemperature(theta);
            tape.Backward(output, cotangent);
            return (output.Value.Span.ToArray(), theta.Gradient.Span[0]);
        }
    });

    [Fact]
    public void Something_that_is_not_a_number_stays_one()
    {
        (double[] y, _, double dTheta) = Step(double.NaN);
        Assert.All(y, value => Assert.Equal(double.NaN, value));
        Assert.Equal(double.NaN, dTheta);
        var tape = new Tape<double>();
        Variable<double> theta = tape.Input(Tensor<double>.Of(0));
        tape.Backward(tape.Constant(Tensor<double>.Of(new[,] { { double.NaN, double.NegativeInfinity } })).DivideByTemperature(theta).Sum());
        Assert.Equal(double.NaN, theta.Gradient.Span[0]);
    }

    [Fact]
    public void Anything_but_a_matrix_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(1)));
        Refusal.Of<ArgumentException>(() => x.DivideByTemperature(x), "DivideByTemperature", "logits of rank 2", "[1]");
        Refusal.Of<ArgumentException>(() => tape.Apply(new DivideByTemperature<float>(), [x]), "DivideByTemperature", "2 inputs", "not 1");
    }

    [Fact]
    public void Several_temperatures_are_refused()
    {
        var tape = new Tape<float>();
        Variable<float> logits = tape.Constant(new Tensor<float>(new Shape(2, 3)));
        Variable<float> theta = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => logits.DivideByTemperature(theta), "DivideByTemperature", "logTemperature of shape [1]", "not [2]");
    }

    /// <summary>Logits 3 and −1 with the output gradient 2 and 5: Σ dy · x is 1.</summary>
    private static (double[] Output, double[] Logits, double Temperature) Step(double logTemperature)
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(new double[,] { { 3, -1 } }));
        Variable<double> theta = tape.Input(Tensor<double>.Of(logTemperature));
        Variable<double> y = x.DivideByTemperature(theta);
        tape.Backward(y, Tensor<double>.Of(new double[,] { { 2, 5 } }));
        return (y.Value.Span.ToArray(), x.Gradient.Span.ToArray(), theta.Gradient.Span[0]);
    }
}
