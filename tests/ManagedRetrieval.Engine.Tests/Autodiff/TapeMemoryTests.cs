using System.Runtime.CompilerServices;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

/// <summary>A tape that was reset keeps nothing alive that a caller put on it.</summary>
public class TapeMemoryTests
{
    [Theory]
    [InlineData(Failure.None)]
    [InlineData(Failure.Forward)]
    [InlineData(Failure.Backward)]
    public void A_tape_that_was_reset_keeps_no_tensor_index_op_or_parameter_alive(Failure failure)
    {
        var tape = new Tape<double>();
        (string Name, WeakReference Reference)[] put = Step(tape, failure);
        GC.Collect();

        // Else the references might be dead for other reasons than the reset.
        Assert.All(put, one => Assert.True(one.Reference.IsAlive, $"the tape never held {one.Name}"));
        tape.Reset();
        GC.Collect();
        Assert.All(put, one => Assert.False(one.Reference.IsAlive, $"the tape still holds {one.Name}"));
        GC.KeepAlive(tape);
    }

    [Fact]
    public void A_shorter_step_does_not_hide_what_a_longer_one_put_on_the_tape()
    {
        var tape = new Tape<double>();
        (string Name, WeakReference Reference)[] put = Step(tape, Failure.None);
        tape.Reset();
        tape.Input(Tensor<double>.Of(1));
        GC.Collect();
        Assert.All(put, one => Assert.False(one.Reference.IsAlive, $"the tape still holds {one.Name}"));
        GC.KeepAlive(tape);
    }

    [Fact]
    public void A_table_keeps_no_gradient_that_it_summed_alive_once_backward_has_run()
    {
        var table = new EmbeddingTable<double>("table", new Tensor<double>(new Shape(4, 2)));
        WeakReference gradient = Train(table);
        GC.Collect();
        Assert.False(gradient.IsAlive);
        Assert.Equal([1, 3], table.Gradient.Rows.ToArray());

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Train(EmbeddingTable<double> table)
        {
            // The gradient that the table sums lies in an array of this size alone.
            double[] cotangent = new double[4];
            var tape = new Tape<double>();
            table.Gradient.Add([1, 3], [0, 1], new Tensor<double>(new Shape(2, 2), cotangent));
            tape.Backward(tape.Parameter(table).EmbeddingLookup(new[] { 1 }).Sum());
            return new WeakReference(cotangent);
        }
    }

    /// <summary>Where a step ends early.</summary>
    public enum Failure
    {
        None,
        Forward,
        Backward,
    }

    // Not inlined, so that no variable of it lives on in the caller.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (string Name, WeakReference Reference)[] Step(Tape<double> tape, Failure failure)
    {
        double[] input = new double[6], constant = new double[6];
        int[] ids = [1, 3];
        var dense = new DenseParameter<double>("dense", new Tensor<double>(new Shape(2, 3)));
        var table = new EmbeddingTable<double>("table", new Tensor<double>(new Shape(4, 3)));
        var last = new Stub(failure);
        Variable<double> sum = tape.Parameter(table).EmbeddingLookup(ids).Add(tape.Parameter(dense))
            .Add(tape.Input(new Tensor<double>(new Shape(2, 3), input))).Add(tape.Constant(new Tensor<double>(new Shape(2, 3), constant)));
        int[] lastIds = [0];
        if (failure == Failure.Forward)
        {
            Assert.Throws<TimeZoneNotFoundException>(() => tape.Apply(last, [sum], new OpIndices(lastIds)));
        }
        else
        {
            Variable<double> output = tape.Apply(last, [sum], new OpIndices(lastIds));
            if (failure == Failure.Backward)
            {
                Assert.Throws<TimeZoneNotFoundException>(() => tape.Backward(output, new Tensor<double>(new Shape(2, 3))));
            }
            else
            {
                tape.Backward(output, new Tensor<double>(new Shape(2, 3)));
            }
        }

        return
        [
            ("the input", new(input)), ("the constant", new(constant)), ("the ids", new(ids)), ("the parameter", new(dense)),
            ("the table", new(table)), ("the last op", new(last)), ("the last op's ids", new(lastIds)),
        ];
    }

    private sealed class Stub(Failure failure) : Op<double>
    {
        public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => inputs[0];

        public override void Forward(OpFrame<double> frame)
        {
            if (failure == Failure.Forward)
            {
                throw new TimeZoneNotFoundException();
            }
        }

        public override void Backward(OpFrame<double> frame)
        {
            if (failure == Failure.Backward)
            {
                throw new TimeZoneNotFoundException();
            }

            frame.InputGradient(0);
        }
    }
}
