using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class MultiplyTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        Shape shape = AnyShape.Of(draw);
        return new OpCase
        {
            Op = (new Multiply<double>(), new Multiply<float>()),
            Inputs = [new OpInput("a", shape), new OpInput("b", shape)],
            Output = shape,
            LinearIn = [0, 1],
            Reference = inputs =>
            {
                double[] result = new double[shape.Length];
                for (int i = 0; i < result.Length; i++)
                {
                    result[i] = inputs[0][i] * inputs[1][i];
                }

                return result;
            },
        };
    });

    [Fact]
    public void A_value_times_itself_gets_both_gradients()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(1.5, -2));
        tape.Backward(x.Multiply(x), Tensor<double>.Of(3, 5));
        Assert.Equal([9, -20], x.Gradient.Span.ToArray());
    }

    [Fact]
    public void Tensors_of_different_shapes_are_refused()
    {
        var tape = new Tape<float>();
        Variable<float> a = tape.Constant(new Tensor<float>(new Shape(2, 3)));
        Variable<float> b = tape.Constant(new Tensor<float>(new Shape(6)));
        Refusal.Of<ArgumentException>(() => a.Multiply(b), "Multiply", "b", "[2, 3]", "[6]");
    }

    [Fact]
    public void Another_number_of_inputs_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> a = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => tape.Apply(new Multiply<float>(), [a]), "Multiply", "2", "1");
    }
}
