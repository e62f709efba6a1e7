using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class TapeFailureTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_a_backward_pass_that_failed_the_next_one_gives_a_table_its_own_gradient_alone(bool bags)
    {
        var table = new EmbeddingTable<double>("table", new Draw(5, 1).Tensor<double>(new Shape(6, 3)));
        var tape = new Tape<double>();

        // Backward goes through the look-up first, which records rows 1 and 4, and then fails.
        Variable<double> failing = tape.Apply(new Failing(), [tape.Input(new Tensor<double>(new Shape(2, 3)))]);
        Variable<double> output = failing.Add(LookUp(1, 4));
        Assert.Throws<TimeZoneNotFoundException>(() => tape.Backward(output, new Draw(6, 1).Tensor<double>(new Shape(2, 3))));
        tape.Reset();
        tape.Backward(LookUp(3, 4), Tensor<double>.Of(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }));
        Assert.Equal([3, 4], table.Gradient.Rows.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], table.Gradient.Values.Span.ToArray());

        Variable<double> LookUp(params int[] rows) => bags
            ? tape.Parameter(table).EmbeddingBag(rows, new[] { 0, 1, 2 }, BagCombiner.Mean)
            : tape.Parameter(table).EmbeddingLookup(rows);
    }

    [Fact]
    public void A_backward_pass_that_failed_leaves_a_table_what_earlier_passes_summed()
    {
        var table = new EmbeddingTable<double>("table", new Draw(7, 1).Tensor<double>(new Shape(4, 1)));
        var tape = new Tape<double>();
        tape.Backward(tape.Parameter(table).EmbeddingLookup(new[] { 2 }), Tensor<double>.Of(new double[,] { { 7 } }));
        tape.Reset();
        Variable<double> failing = tape.Apply(new Failing(), [tape.Input(new Tensor<double>(new Shape(1, 1)))]);
        Variable<double> output = failing.Add(tape.Parameter(table).EmbeddingLookup(new[] { 0 }));
        Assert.Throws<TimeZoneNotFoundException>(() => tape.Backward(output, Tensor<double>.Of(new double[,] { { 9 } })));
        Assert.Equal([2], table.Gradient.Rows.ToArray());
        Assert.Equal([7], table.Gradient.Values.Span.ToArray());
    }

    private sealed class Failing : Op<double>
    {
        public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => inputs[0];

        public override void Forward(OpFrame<double> frame) => frame.Input(0).Span.CopyTo(frame.Output.Span);

        public override void Backward(OpFrame<double> frame) => throw new TimeZoneNotFoundException();
    }
}
