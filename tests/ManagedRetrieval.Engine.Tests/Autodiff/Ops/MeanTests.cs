using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class MeanTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        Shape shape = AnyShape.Of(draw, minimum: 1);
        return new OpCase
        {
            Op = (new Mean<double>(), new Mean<float>()),
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

                return [sum / inputs[0].Length];
            },
        };
    });

    [Fact]
    public void The_mean_of_nothing_is_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(3, 0)));
        Refusal.Of<ArgumentException>(() => x.Mean(), "Mean", "[3, 0]", "at least one");
    }

    [Fact]
    public void Another_number_of_inputs_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => tape.Apply(new Mean<float>(), [x, x]), "Mean", "1", "2");
    }
}
