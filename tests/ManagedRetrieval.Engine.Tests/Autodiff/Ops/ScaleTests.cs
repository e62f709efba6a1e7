using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class ScaleTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        Shape shape = AnyShape.Of(draw);
        double factor = draw.OneOf(0, 1, -1, (float)draw.Uniform(-3, 3));
        return new OpCase
        {
            Op = (new Scale<double>(factor), new Scale<float>((float)factor)),
            Inputs = [new OpInput("x", shape)],
            Output = shape,
            LinearIn = [0],
            Reference = inputs =>
            {
                double[] result = new double[shape.Length];
                for (int i = 0; i < result.Length; i++)
                {
                    result[i] = factor * inputs[0][i];
                }

                return result;
            },
        };
    });

    [Fact]
    public void Another_number_of_inputs_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => tape.Apply(new Scale<float>(2), [x, x]), "Scale", "1", "2");
    }
}
