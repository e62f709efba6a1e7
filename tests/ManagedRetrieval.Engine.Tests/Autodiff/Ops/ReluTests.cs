using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class ReluTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        Shape shape = AnyShape.Of(draw);
        return new OpCase
        {
            Op = (new Relu<double>(), new Relu<float>()),
            Inputs = [new OpInput("x", shape, Domain.AwayFromZero)],
            Output = shape,
            Reference = inputs =>
            {
                double[] result = new double[shape.Length];
                for (int i = 0; i < result.Length; i++)
                {
                    result[i] = inputs[0][i] > 0 ? inputs[0][i] : 0;
                }

                return result;
            },
        };
    });

    [Fact]
    public void NaN_stays_NaN_at_every_place_of_a_vector()
    {
        for (int i = 0; i < 37; i++)
        {
            var x = new Tensor<float>(new Shape(37));
            x.Span[i] = float.NaN;
            ReadOnlySpan<float> y = new Tape<float>().Constant(x).Relu().Value.Span;
            Assert.True(float.IsNaN(y[i]), $"the NaN at {i} became {y[i]}");
            Assert.Equal(36, y.ToArray().Count(value => value == 0));
        }
    }

    [Fact]
    public void The_gradient_is_zero_at_zero_and_below()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(-1, -0.0, 0.0, double.Epsilon, double.NegativeInfinity, double.PositiveInfinity));
        tape.Backward(x.Relu(), Tensor<double>.Of(7, 7, 7, 7, 7, 7));
        Assert.Equal([0, 0, 0, 7, 0, 7], x.Gradient.Span.ToArray());
    }

    [Fact]
    public void Another_number_of_inputs_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => tape.Apply(new Relu<float>(), [x, x]), "Relu", "1", "2");
    }
}
