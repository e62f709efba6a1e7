using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class SoftplusTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        Shape shape = AnyShape.Of(draw);
        return new OpCase
        {
            Op = (new Softplus<double>(), new Softplus<float>()),
            Inputs = [new OpInput("x", shape)],
            Output = shape,
            Reference = inputs => [.. inputs[0].Select(x => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))))],
        };
    });

    [Fact]
    public void Large_and_infinite_inputs_have_the_gradient_of_the_limit()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Input(Tensor<float>.Of(-1e4f, 1e4f, float.NegativeInfinity, float.PositiveInfinity, 0));
        Variable<float> y = x.Softplus();
        tape.Backward(y, Tensor<float>.Of(4, 4, 4, 4, 4));
        Assert.Equal([0, 1e4f, 0, float.PositiveInfinity], y.Value.Span[..4].ToArray());
        Assert.Equal([0, 4, 0, 4, 2], x.Gradient.Span.ToArray());
    }

    [Fact]
    public void Another_number_of_inputs_is_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => x.Tape.Apply(new Softplus<float>(), [x, x]), "Softplus", "1", "2");
    }
}
