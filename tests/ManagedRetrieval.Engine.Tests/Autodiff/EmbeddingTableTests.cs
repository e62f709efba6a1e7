using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class EmbeddingTableTests
{
    [Fact]
    public void Two_look_ups_in_one_step_share_the_table_and_add_their_gradients() => RandomCases.Check(draw =>
    {
        (int rows, int width) = (draw.Length(), draw.Length());
        var table = new EmbeddingTable<double>("items", draw.Tensor<double>(new Shape(rows, width)));
        int[] first = draw.Ids(draw.Length(), rows);
        int[] offsets = draw.Offsets(first.Length, 3);
        int[] second = draw.Ids(offsets[^1], rows);
        bool onceOnTape = draw.Bool();
        Variable<double> Both(Tape<double> tape)
        {
            Variable<double> one = tape.Parameter(table);
            Variable<double> other = onceOnTape ? one : tape.Parameter(table);
            return one.EmbeddingLookup(first).Multiply(other.EmbeddingBag(second, offsets, BagCombiner.Mean));
        }

        GradientCheck.Run(Both, [table], draw.Seed).ThrowIfFailed();
        var tape = new Tape<double>();
        tape.Backward(Both(tape).Sum());
        Assert.Equal(first.Concat(second).Distinct().Order(), table.Gradient.Rows.ToArray());
    });

    [Fact]
    public void The_gradient_adds_into_a_dense_tensor_at_its_rows()
    {
        var table = new EmbeddingTable<double>("items", new Tensor<double>(new Shape(3, 2)));
        var tape = new Tape<double>();
        tape.Backward(tape.Parameter(table).EmbeddingLookup(new[] { 2 }), Tensor<double>.Of(new double[,] { { 5, 6 } }));
        Tensor<double> dense = Tensor<double>.Of(new double[,] { { 1, 1 }, { 1, 1 }, { 1, 1 } });
        table.AddGradientTo(dense);
        Assert.Equal([1, 1, 1, 1, 6, 7], dense.Span.ToArray());
        table.ZeroGradient();
        Assert.True(table.Gradient.Rows.IsEmpty);
        Refusal.Of<ArgumentException>(() => table.AddGradientTo(new Tensor<double>(new Shape(2, 3))), "items", "[3, 2]", "[2, 3]");
    }

    [Fact]
    public void Anything_but_a_matrix_is_refused() =>
        Refusal.Of<ArgumentException>(() => _ = new EmbeddingTable<float>("items", new Tensor<float>(new Shape(3))), "rows, dimensions", "[3]");

    [Fact]
    public void A_table_can_only_be_looked_up()
    {
        var tape = new Tape<double>();
        Variable<double> table = tape.Parameter(new EmbeddingTable<double>("items", new Tensor<double>(new Shape(3, 2))));
        Refusal.Of<InvalidOperationException>(() => tape.Backward(table.Sum()), "items", "looked up");
    }
}
