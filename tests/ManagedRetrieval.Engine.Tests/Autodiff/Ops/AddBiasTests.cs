using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class AddBiasTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int rows, int width) = (draw.Length(minimum: 0), draw.Length());
        return new OpCase
        {
            Op = (new AddBias<double>(), new AddBias<float>()),
            Inputs = [new OpInput("x", new Shape(rows, width)), new OpInput("bias", new Shape(width))],
            Output = new Shape(rows, width),
            Reference = inputs =>
            {
                double[] result = new double[rows * width];
                for (int i = 0; i < result.Length; i++)
                {
                    result[i] = inputs[0][i] + inputs[1][i % width];
                }

                return result;
            },
        };
    });

    [Fact]
    public void A_bias_of_another_length_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(2, 3)));
        Variable<float> bias = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => x.AddBias(bias), "AddBias", "bias", "[3]", "[2]");
    }

    [Fact]
    public void Anything_but_a_matrix_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => x.AddBias(x), "AddBias", "x", "rank 2", "[3]");
    }
}
