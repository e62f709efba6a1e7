using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class TanhTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        Shape shape = AnyShape.Of(draw);
        return new OpCase
        {
            Op = (new Tanh<double>(), new Tanh<float>()),
            Inputs = [new OpInput("x", shape)],
            Output = shape,
            Reference = inputs => [.. inputs[0].Select(Math.Tanh)],
        };
    });

    [Fact]
    public void Large_and_infinite_inputs_have_the_gradient_of_the_limit()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Input(Tensor<float>.Of(-1e4f, 1e4f, float.NegativeInfinity, float.PositiveInfinity, 0));
        Variable<float> y = x.Tanh();
        tape.Backward(y, Tensor<float>.Of(4, 4, 4, 4, 4));
        Assert.Equal([-1, 1, -1, 1, 0], y.Value.Span.ToArray());
        Assert.Equal([0, 0, 0, 0, 4], x.Gradient.Span.ToArray());
    }

    [Fact]
    public void Another_number_of_inputs_is_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => x.Tape.Apply(new Tanh<float>(), [x, x]), "Tanh", "1", "2");
    }
}
