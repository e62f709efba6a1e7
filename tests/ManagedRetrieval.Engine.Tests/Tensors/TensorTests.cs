using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Tensors;

public class TensorTests
{
    [Fact]
    public void A_new_tensor_holds_zeros() => Assert.Equal(new float[6], new Tensor<float>(new Shape(2, 3)).Span.ToArray());

    [Fact]
    public void Numbers_are_copied_row_by_row()
    {
        float[] vector = [1, 2];
        Tensor<float> copied = Tensor<float>.Of(vector);
        vector[0] = 9;
        Assert.Equal([1, 2], copied.Span.ToArray());
        Tensor<double> matrix = Tensor<double>.Of(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal(new Shape(2, 3), matrix.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], matrix.Span.ToArray());
        Assert.Equal([4, 5, 6], matrix.Row(1).ToArray());
    }

    [Fact]
    public void A_view_of_rows_shares_the_numbers()
    {
        Tensor<double> matrix = Tensor<double>.Of(new double[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } });
        Tensor<double> view = matrix.Rows(1, 2);
        Assert.Equal(new Shape(2, 2), view.Shape);
        view.Row(1)[0] = 50;
        matrix.Row(1)[1] = 40;
        Assert.Equal([1, 2, 3, 40, 50, 6], matrix.Span.ToArray());
        Assert.Equal([3, 40, 50, 6], view.Span.ToArray());
        Assert.Equal(new Shape(1, 2, 2), new Tensor<float>(new Shape(3, 2, 2)).Rows(2, 1).Shape);
        Assert.Equal(new Shape(0, 2), matrix.Rows(3, 0).Shape);
    }

    [Fact]
    public void A_shape_laid_over_memory_shares_it()
    {
        float[] memory = [1, 2, 3, 4];
        var tensor = new Tensor<float>(new Shape(2, 2), memory);
        tensor.Span[3] = 9;
        Assert.Equal(9, memory[3]);
    }

    [Fact]
    public void A_clone_shares_nothing()
    {
        Tensor<float> tensor = Tensor<float>.Of(1, 2);
        Tensor<float> clone = tensor.Clone();
        clone.Span[0] = 9;
        Assert.Equal([1, 2], tensor.Span.ToArray());
        Assert.Equal([9, 2], clone.Span.ToArray());
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 4)]
    [InlineData(2, 2)]
    [InlineData(4, 0)]
    [InlineData(1, -1)]
    [InlineData(1, int.MaxValue)]
    public void Rows_that_do_not_exist_are_refused(int start, int count) =>
        Refusal.Of<ArgumentOutOfRangeException>(() => new Tensor<float>(new Shape(3, 2)).Rows(start, count), $"Rows {start} to", "[3, 2]");

    [Fact]
    public void Memory_of_another_length_is_refused() =>
        Refusal.Of<ArgumentException>(() => _ = new Tensor<float>(new Shape(2, 3), new float[5]), "memory", "[2, 3]", "6", "5");

    [Fact]
    public void A_shape_that_new_memory_cannot_hold_is_refused() =>
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Tensor<float>(new Shape(Array.MaxLength)), "at most 2147483576", "2147483591");

    [Fact]
    public void The_default_shape_is_refused() =>
        Refusal.Of<ArgumentException>(() => _ = new Tensor<float>(default, default), "shape");

    [Fact]
    public void The_default_value_says_so()
    {
        Assert.True(default(Tensor<float>).IsDefault);
        Assert.False(new Tensor<float>(new Shape(0)).IsDefault);
    }

    [Fact]
    public void Tensors_print_their_type_and_shape()
    {
        Assert.Equal("Single[3, 4]", new Tensor<float>(new Shape(3, 4)).ToString());
        Assert.Equal("Double[2]", Tensor<double>.Of(1, 2).ToString());
        Assert.Equal("Single[]", default(Tensor<float>).ToString());
    }
}
