using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class SumTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        Shape shape = AnyShape.Of(draw, minimum: 0);
        return new OpCase
        {
            Op = (new Sum<double>(), new Sum<float>()),
            Inputs = [new OpInput("x", shape)],
            Output = Shape.Scalar,
            LinearIn = [0],
            Reference = inputs =>
            {
                double sum = 0;
                for (int i = 0; i < inputs[0].Length; i++)
                {
                    sum += inputs[0][i];
                }

                return [sum];
            },
        };
    });

    [Fact]
    public void The_sum_of_nothing_is_zero() =>
        Assert.Equal([0f], new Tape<float>().Constant(new Tensor<float>(new Shape(0, 3))).Sum().Value.Span.ToArray());

    [Fact]
    public void Another_number_of_inputs_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => tape.Apply(new Sum<float>(), [x, x]), "Sum", "1", "2");
    }
}
