using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class TapeTests
{
    [Fact]
    public void A_value_that_takes_several_ways_to_the_output_gets_the_sum_over_all_ways()
    {
        // y = (x·x + x)·(x·x): y' = 4x³ + 3x² and at 2 it is 44.
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(2));
        Variable<double> square = x.Multiply(x);
        Variable<double> y = square.Add(x).Multiply(square);
        tape.Backward(y);
        Assert.Equal(24, y.Value.Span[0]);
        Assert.Equal(44, x.Gradient.Span[0]);
    }

    [Fact]
    public void Ops_run_backwards_in_the_reverse_order_of_recording()
    {
        var tape = new Tape<double>();
        List<string> calls = [];
        Variable<double> x = tape.Input(Tensor<double>.Of(1));
        Variable<double> a = tape.Apply(new Logged("a", calls), [x]);
        Variable<double> b = tape.Apply(new Logged("b", calls), [x]);
        Variable<double> c = tape.Apply(new Logged("c", calls), [a]);
        tape.Apply(new Logged("unused", calls), [c]);
        calls.Clear();
        tape.Backward(c.Add(b));
        Assert.Equal(["c", "b", "a"], calls);
    }

    [Fact]
    public void A_second_backward_pass_adds_to_the_leaves_once_and_starts_afresh_in_between()
    {
        var parameter = new DenseParameter<double>("w", Tensor<double>.Of(3));
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(2));
        Variable<double> middle = x.Multiply(tape.Parameter(parameter));
        Variable<double> y = middle.Multiply(middle);
        for (int pass = 1; pass <= 3; pass++)
        {
            tape.Backward(y);
            Assert.Equal(12, middle.Gradient.Span[0]);
            Assert.Equal(pass * 36, x.Gradient.Span[0]);
            Assert.Equal(pass * 24, parameter.Gradient.Span[0]);
        }
    }

    [Fact]
    public void Two_outputs_of_one_tape_add_their_gradients()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(2));
        Variable<double> first = x.Multiply(x);
        Variable<double> second = first.Scale(10);
        tape.Backward(second);
        tape.Backward(first);
        Assert.Equal(44, x.Gradient.Span[0]);
    }

    [Fact]
    public void The_gradient_of_a_leaf_by_itself_is_the_cotangent()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(5, 6));
        tape.Backward(x, Tensor<double>.Of(1, -1));
        Assert.Equal([1, -1], x.Gradient.Span.ToArray());
    }

    [Fact]
    public void The_callers_cotangent_is_not_written_to()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(new double[,] { { 1, 2 } }));
        Tensor<double> cotangent = Tensor<double>.Of(new double[,] { { 3, 4 } });
        tape.Backward(x.RemoveEntries(new[] { 1 }, new[] { 0, 1 }), cotangent);
        Assert.Equal([3, 4], cotangent.Span.ToArray());
    }

    [Fact]
    public void An_output_of_constants_alone_moves_nothing()
    {
        var tape = new Tape<double>();
        List<string> calls = [];
        Variable<double> constant = tape.Constant(Tensor<double>.Of(2));
        Variable<double> y = tape.Apply(new Logged("op", calls), [constant]);
        calls.Clear();
        tape.Backward(y);
        tape.Backward(constant, Tensor<double>.Of(1));
        Assert.Empty(calls);
        Assert.Equal([0], constant.Gradient.Span.ToArray());
    }

    [Fact]
    public void An_op_is_told_which_inputs_are_constants()
    {
        var tape = new Tape<double>();
        Variable<double> constant = tape.Constant(Tensor<double>.Of(2));
        Variable<double> x = tape.Input(Tensor<double>.Of(3));
        tape.Backward(x.Multiply(constant));
        Assert.False(tape.Frame(constant).HasGradient);
        Assert.Equal(2, x.Gradient.Span[0]);
    }

    [Fact]
    public void A_variable_from_before_the_reset_is_refused()
    {
        var tape = new Tape<double>();
        Variable<double> old = tape.Input(Tensor<double>.Of(1));
        tape.Reset();
        Variable<double> now = tape.Input(Tensor<double>.Of(2));
        Refusal.Of<InvalidOperationException>(() => _ = old.Value, "reset");
        Refusal.Of<InvalidOperationException>(() => _ = old.Gradient, "reset");
        Refusal.Of<InvalidOperationException>(() => old.Add(now), "reset");
        Refusal.Of<InvalidOperationException>(() => now.Add(old), "reset");
        Refusal.Of<InvalidOperationException>(() => tape.Backward(old), "reset");
        Assert.Equal(2, now.Value.Span[0]);
    }

    [Fact]
    public void A_variable_of_another_tape_is_refused()
    {
        var tape = new Tape<double>();
        Variable<double> here = tape.Input(Tensor<double>.Of(1));
        Variable<double> there = new Tape<double>().Input(Tensor<double>.Of(1));
        Refusal.Of<ArgumentException>(() => here.Add(there), "another tape");
        Refusal.Of<ArgumentException>(() => tape.Backward(there), "another tape");
    }

    [Fact]
    public void Default_values_are_refused()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(1));
        Refusal.Of<ArgumentException>(() => x.Add(default), "default value");
        Refusal.Of<ArgumentException>(() => tape.Backward(default), "default value");
        Refusal.Of<ArgumentException>(() => tape.Constant(default), "default value");
        Refusal.Of<ArgumentException>(() => tape.Input(default), "default value");
        Assert.Throws<ArgumentNullException>(() => tape.Parameter(null!));
        Assert.Throws<ArgumentNullException>(() => tape.Apply(null!, [x]));
    }

    [Fact]
    public void Backward_of_several_numbers_needs_a_cotangent()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(1, 2));
        Refusal.Of<ArgumentException>(() => tape.Backward(x.Scale(2)), "single number", "[2]");
    }

    [Fact]
    public void A_cotangent_of_another_shape_is_refused()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(1, 2));
        Refusal.Of<ArgumentException>(() => tape.Backward(x, Tensor<double>.Of(1, 2, 3)), "[2]", "[3]");
    }

    [Fact]
    public void More_inputs_than_a_frame_holds_are_refused()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(1));
        Refusal.Of<ArgumentOutOfRangeException>(() => tape.Apply(new Add<double>(), [x, x, x, x, x]), "inputs", "4");
    }

    [Fact]
    public void A_step_after_a_reset_gives_the_same_as_on_a_new_tape_and_allocates_nothing_once_warm()
    {
        var tape = new Tape<double>();
        var parameter = new DenseParameter<double>("w", new Draw(1, 1).Tensor<double>(new Shape(5, 4)));
        Tensor<double> input = new Draw(2, 1).Tensor<double>(new Shape(3, 5));
        (Op<double> product, Op<double> relu, Op<double> normalize, Op<double> sum) =
            (new MatrixProduct<double>(), new Relu<double>(), new NormalizeRows<double>(), new Sum<double>());
        double[] first = Step().Span.ToArray();
        for (int i = 0; i < 3; i++)
        {
            Agree.Exactly<double>("gradient", first, Step().Span);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        Tensor<double> Step()
        {
            tape.Reset();
            parameter.ZeroGradient();
            Variable<double> hidden = tape.Apply(relu, [tape.Apply(product, [tape.Input(input), tape.Parameter(parameter)])]);
            tape.Backward(tape.Apply(sum, [tape.Apply(normalize, [hidden])]));
            return parameter.Gradient;
        }
    }

    private sealed class Logged(string name, List<string> calls) : Op<double>
    {
        public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => inputs[0];

        public override void Forward(OpFrame<double> frame)
        {
            calls.Add(name);
            frame.Input(0).Span.CopyTo(frame.Output.Span);
        }

        public override void Backward(OpFrame<double> frame)
        {
            calls.Add(name);
            frame.InputGradient(0).Span[0] += frame.OutputGradient.Span[0];
        }
    }
}
