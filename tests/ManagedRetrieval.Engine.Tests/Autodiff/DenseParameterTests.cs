using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class DenseParameterTests
{
    [Fact]
    public void Gradients_add_up_over_steps_until_they_are_zeroed()
    {
        var parameter = new DenseParameter<double>("w", Tensor<double>.Of(2, 3));
        var tape = new Tape<double>();
        for (int step = 1; step <= 2; step++)
        {
            tape.Reset();
            tape.Backward(tape.Parameter(parameter).Scale(5).Sum());
            Assert.Equal([5 * step, 5 * step], parameter.Gradient.Span.ToArray());
        }

        parameter.ZeroGradient();
        Assert.Equal([0, 0], parameter.Gradient.Span.ToArray());
        Assert.Equal([2, 3], parameter.Value.Span.ToArray());
    }

    [Fact]
    public void One_parameter_put_on_the_tape_twice_gets_both_gradients()
    {
        var parameter = new DenseParameter<double>("w", Tensor<double>.Of(3));
        var tape = new Tape<double>();
        tape.Backward(tape.Parameter(parameter).Multiply(tape.Parameter(parameter)));
        Assert.Equal(6, parameter.Gradient.Span[0]);
    }

    [Fact]
    public void The_value_is_shared_with_the_tensor_it_was_made_of()
    {
        Tensor<double> value = Tensor<double>.Of(1);
        var parameter = new DenseParameter<double>("w", value);
        value.Span[0] = 8;
        Assert.Equal(8, parameter.Value.Span[0]);
    }

    [Fact]
    public void The_gradient_adds_into_a_tensor_of_its_shape_and_no_other()
    {
        var parameter = new DenseParameter<double>("w", Tensor<double>.Of(1, 2));
        parameter.Gradient.Span[1] = 4;
        Tensor<double> sum = Tensor<double>.Of(10, 20);
        parameter.AddGradientTo(sum);
        Assert.Equal([10, 24], sum.Span.ToArray());
        Refusal.Of<ArgumentException>(() => parameter.AddGradientTo(new Tensor<double>(new Shape(3))), "'w'", "[2]", "[3]");
    }
}
