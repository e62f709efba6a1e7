using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Tensors;

public class ShapeTests
{
    [Fact]
    public void Lengths_multiply_and_rows_are_the_first_axis()
    {
        var shape = new Shape(2, 3, 4);
        Assert.Equal((3, 24, 2, 12), (shape.Rank, shape.Length, shape.Rows, shape.RowLength));
        Assert.Equal((2, 3, 4), (shape[0], shape[1], shape[2]));
        Assert.Equal((2, 6, 2, 3), (new Shape(2, 3).Rank, new Shape(2, 3).Length, new Shape(2, 3).Rows, new Shape(2, 3).RowLength));
        Assert.Equal((1, 5, 5, 1), (new Shape(5).Rank, new Shape(5).Length, new Shape(5).Rows, new Shape(5).RowLength));
        Assert.Equal(new Shape(1), Shape.Scalar);
    }

    [Fact]
    public void Shapes_of_the_same_lengths_but_other_rank_differ()
    {
        Assert.True(new Shape(2, 3) == new Shape(2, 3));
        Assert.Equal(new Shape(2, 3).GetHashCode(), new Shape(2, 3).GetHashCode());
        Assert.True(new Shape(2) != new Shape(2, 1));
        Assert.True(new Shape(2, 1) != new Shape(2, 1, 1));
        Assert.True(new Shape(2, 3) != new Shape(3, 2));
        Assert.False(new Shape(1).Equals((object)1));
        Assert.True(default != new Shape(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void With_other_rows_only_the_first_axis_changes(int rows)
    {
        Assert.Equal(new Shape(rows), new Shape(9).WithRows(rows));
        Assert.Equal(new Shape(rows, 3), new Shape(9, 3).WithRows(rows));
        Assert.Equal(new Shape(rows, 3, 4), new Shape(9, 3, 4).WithRows(rows));
    }

    [Fact]
    public void Shapes_print_their_lengths_in_brackets()
    {
        Assert.Equal("[1000]", new Shape(1000).ToString());
        Assert.Equal("[2, 3]", new Shape(2, 3).ToString());
        Assert.Equal("[2, 3, 4]", new Shape(2, 3, 4).ToString());
        Assert.Equal("[]", default(Shape).ToString());
    }

    [Fact]
    public void Negative_lengths_are_refused_by_their_name()
    {
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Shape(-1), "'length'", "-1");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Shape(-2, 1), "'rows'", "-2");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Shape(1, -2), "'columns'", "-2");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Shape(-3, 1, 1), "'matrices'", "-3");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Shape(2, 3).WithRows(-4), "'rows'", "-4");
    }

    [Fact]
    public void More_elements_than_memory_can_hold_are_refused()
    {
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Shape(1 << 16, 1 << 15), "2147483648");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Shape(int.MaxValue, int.MaxValue, int.MaxValue), "9903520300447984150353281023");
        Assert.Equal(0, new Shape(int.MaxValue, 0, int.MaxValue).Length);
    }

    [Fact]
    public void A_row_longer_than_memory_can_hold_is_refused_even_where_there_are_no_rows()
    {
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Shape(0, Array.MaxLength + 1), "2147483592");
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Shape(0, 1 << 16, 1 << 15), "2147483648");
        Assert.Equal(Array.MaxLength, new Shape(0, Array.MaxLength).RowLength);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void An_axis_that_does_not_exist_is_refused(int axis) =>
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Shape(2, 3)[axis], "axis", axis.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
