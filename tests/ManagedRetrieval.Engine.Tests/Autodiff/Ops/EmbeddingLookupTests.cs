using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class EmbeddingLookupTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int rows, int width) = (draw.Length(), draw.Length());
        int[] ids = draw.Ids(draw.Length(minimum: 0), rows);
        return new OpCase
        {
            Op = (new EmbeddingLookup<double>(), new EmbeddingLookup<float>()),
            Inputs = [new OpInput("table", new Shape(rows, width), IsTable: true)],
            Indices = new OpIndices(ids),
            Output = new Shape(ids.Length, width),
            LinearIn = [0],
            Reference = inputs =>
            {
                double[] result = new double[ids.Length * width];
                for (int i = 0; i < result.Length; i++)
                {
                    result[i] = inputs[0][(ids[i / width] * width) + (i % width)];
                }

                return result;
            },
        };
    });

    [Fact]
    public void Only_rows_that_were_named_have_a_gradient()
    {
        var table = new EmbeddingTable<double>("items", new Tensor<double>(new Shape(1000, 2)));
        var tape = new Tape<double>();
        tape.Backward(tape.Parameter(table).EmbeddingLookup(new[] { 7, 999, 7 }), Tensor<double>.Of(new double[,] { { 1, 2 }, { 3, 4 }, { 10, 20 } }));
        Assert.Equal([7, 999], table.Gradient.Rows.ToArray());
        Assert.Equal([11, 22, 3, 4], table.Gradient.Values.Span.ToArray());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void An_id_that_is_no_row_is_refused(int id)
    {
        Variable<float> table = Table(5, 2);
        Refusal.Of<ArgumentOutOfRangeException>(
            () => table.EmbeddingLookup(new[] { 0, id }), "EmbeddingLookup", "ids", "from 0 to 4", "number 1", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Something_that_is_no_table_is_refused()
    {
        Variable<float> x = new Tape<float>().Input(new Tensor<float>(new Shape(5, 2)));
        Refusal.Of<ArgumentException>(() => x.EmbeddingLookup(new[] { 0 }), "EmbeddingLookup", "embedding table", "input 0");
    }

    [Fact]
    public void A_refused_look_up_leaves_the_tape_usable()
    {
        Variable<float> table = Table(5, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => table.EmbeddingLookup(new[] { 5 }));
        Variable<float> sum = table.EmbeddingLookup(new[] { 4 }).Sum();
        table.Tape.Backward(sum);
        Assert.Equal([0f], sum.Value.Span.ToArray());
    }

    private static Variable<float> Table(int rows, int width) =>
        new Tape<float>().Parameter(new EmbeddingTable<float>("table", new Tensor<float>(new Shape(rows, width))));
}
