using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class VariableTests
{
    [Fact]
    public void The_default_value_says_what_it_is()
    {
        Variable<double> nothing = default;
        Refusal.Of<InvalidOperationException>(() => _ = nothing.Value, "default value");
        Refusal.Of<InvalidOperationException>(() => _ = nothing.Shape, "default value");
        Refusal.Of<InvalidOperationException>(() => _ = nothing.Gradient, "default value");
        Refusal.Of<InvalidOperationException>(() => nothing.Relu(), "default value");
    }

    [Fact]
    public void A_gradient_nothing_arrived_at_is_zeros() =>
        Assert.Equal([0, 0], new Tape<double>().Input(Tensor<double>.Of(1, 2)).Gradient.Span.ToArray());

    [Fact]
    public void A_tables_dense_gradient_is_refused()
    {
        Variable<double> table = new Tape<double>().Parameter(new EmbeddingTable<double>("items", new Tensor<double>(new Shape(2, 2))));
        Refusal.Of<InvalidOperationException>(() => _ = table.Gradient, "items", "sparse");
    }
}
