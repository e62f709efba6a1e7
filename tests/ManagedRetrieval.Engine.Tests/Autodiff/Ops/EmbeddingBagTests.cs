using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class EmbeddingBagTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int rows, int width, int bags) = (draw.Length(), draw.Length(), draw.Length(minimum: 0));
        BagCombiner combiner = draw.OneOf(BagCombiner.Sum, BagCombiner.Mean, BagCombiner.SqrtN);
        int[] offsets = draw.Offsets(bags, draw.Length());
        int[] ids = draw.Ids(offsets[^1], rows);
        return new OpCase
        {
            Op = (new EmbeddingBag<double>(combiner), new EmbeddingBag<float>(combiner)),
            Inputs = [new OpInput("table", new Shape(rows, width), IsTable: true)],
            Indices = new OpIndices(ids, offsets),
            Output = new Shape(bags, width),
            LinearIn = [0],
            Reference = inputs =>
            {
                double[] result = new double[bags * width];
                for (int bag = 0; bag < bags; bag++)
                {
                    int count = offsets[bag + 1] - offsets[bag];
                    double divisor = combiner switch { BagCombiner.Mean => count, BagCombiner.SqrtN => Math.Sqrt(count), _ => 1 };
                    for (int p = offsets[bag]; p < offsets[bag + 1]; p++)
                    {
                        for (int d = 0; d < width; d++)
                        {
                            result[(bag * width) + d] += inputs[0][(ids[p] * width) + d] / divisor;
                        }
                    }
                }

                return result;
            },
        };
    });

    [Fact]
    public void With_weights_is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int rows, int width, int bags) = (draw.Length(), draw.Length(), draw.Length(minimum: 0));
        BagCombiner combiner = draw.OneOf(BagCombiner.Sum, BagCombiner.Mean, BagCombiner.SqrtN);
        int[] offsets = draw.Offsets(bags, draw.Length());
        int[] ids = draw.Ids(offsets[^1], rows);
        return new OpCase
        {
            Op = (new EmbeddingBag<double>(combiner), new EmbeddingBag<float>(combiner)),
            Inputs =
            [
                new OpInput("table", new Shape(rows, width), IsTable: true),

                // Weights of both signs may make a sum near 0, where central differences say nothing.
                new OpInput("weights", draw.Bool() ? new Shape(ids.Length) : new Shape(ids.Length, 1), combiner == BagCombiner.Mean ? Domain.Positive : Domain.AwayFromZero),
            ],
            Indices = new OpIndices(ids, offsets),
            Output = new Shape(bags, width),
            LinearIn = combiner == BagCombiner.Sum ? [0, 1] : [0],
            Reference = inputs =>
            {
                double[] result = new double[bags * width];
                for (int bag = 0; bag < bags; bag++)
                {
                    double[] weights = inputs[1][offsets[bag]..offsets[bag + 1]];
                    double divisor = combiner switch { BagCombiner.Mean => weights.Sum(), BagCombiner.SqrtN => Math.Sqrt(weights.Sum(w => w * w)), _ => 1 };
                    for (int p = offsets[bag]; p < offsets[bag + 1]; p++)
                    {
                        for (int d = 0; d < width; d++)
                        {
                            result[(bag * width) + d] += inputs[1][p] * inputs[0][(ids[p] * width) + d] / divisor;
                        }
                    }
                }

                return result;
            },
        };
    });

    [Theory]
    [InlineData(BagCombiner.Sum)]
    [InlineData(BagCombiner.Mean)]
    [InlineData(BagCombiner.SqrtN)]
    public void Weights_of_one_change_no_bit(BagCombiner combiner)
    {
        var draw = new Draw(21, 1);
        int[] offsets = draw.Offsets(50, 9), ids = draw.Ids(offsets[^1], 30);
        var ones = new Tensor<float>(new Shape(ids.Length));
        ones.Span.Fill(1);
        Tensor<float> values = draw.Tensor<float>(new Shape(30, 17)), cotangent = draw.Tensor<float>(new Shape(50, 17));
        EmbeddingTable<float> plain = new("table", values.Clone()), weighted = new("table", values.Clone());
        var tape = new Tape<float>();
        Variable<float> y = tape.Parameter(plain).EmbeddingBag(ids, offsets, combiner);
        Variable<float> z = tape.Parameter(weighted).EmbeddingBag(ids, offsets, tape.Constant(ones), combiner);
        tape.Backward(y, cotangent);
        tape.Backward(z, cotangent);
        Agree.Exactly<float>("output", y.Value.Span, z.Value.Span);
        Agree.Exactly<float>("gradient", plain.Gradient.Values.Span, weighted.Gradient.Values.Span);
    }

    [Theory]
    [InlineData(BagCombiner.Mean, 2, -2)]
    [InlineData(BagCombiner.Mean, 0, 0)]
    [InlineData(BagCombiner.SqrtN, 0, 0)]
    public void A_bag_that_would_be_divided_by_zero_gives_zeros_and_moves_nothing(BagCombiner combiner, float first, float second)
    {
        var table = new EmbeddingTable<float>("table", Tensor<float>.Of(new[,] { { 1f, 2 }, { 3, 4 } }));
        var tape = new Tape<float>();
        Variable<float> weights = tape.Input(Tensor<float>.Of(first, second));
        Variable<float> bag = tape.Parameter(table).EmbeddingBag(new[] { 0, 1 }, new[] { 0, 2 }, weights, combiner);
        tape.Backward(bag.Sum());
        Assert.Equal([0, 0], bag.Value.Span.ToArray());
        Assert.All(table.Gradient.Values.Span.ToArray(), value => Assert.Equal(0, value));
        Assert.Equal([0, 0], weights.Gradient.Span.ToArray());
    }

    [Fact]
    public void Another_number_of_weights_than_ids_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> table = tape.Parameter(new EmbeddingTable<float>("table", new Tensor<float>(new Shape(2, 3))));
        Variable<float> weights = tape.Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(
            () => table.EmbeddingBag(new[] { 0, 1 }, new[] { 0, 2 }, weights, BagCombiner.Sum), "EmbeddingBag", "weights", "[2] or [2, 1]", "not [3]");
    }

    [Theory]
    [InlineData(BagCombiner.Sum)]
    [InlineData(BagCombiner.Mean)]
    [InlineData(BagCombiner.SqrtN)]
    public void Empty_bags_give_zeros_and_move_nothing(BagCombiner combiner)
    {
        var table = new EmbeddingTable<float>("table", Tensor<float>.Of(new[,] { { 1f, 2 }, { 3, 4 } }));
        var tape = new Tape<float>();
        Variable<float> bags = tape.Parameter(table).EmbeddingBag(new[] { 1 }, new[] { 0, 0, 1, 1 }, combiner);
        Assert.Equal([0, 0, 3, 4, 0, 0], bags.Value.Span.ToArray());
        tape.Backward(bags.Sum());
        Assert.Equal([1], table.Gradient.Rows.ToArray());
        Assert.Equal([1, 1], table.Gradient.Values.Span.ToArray());
    }

    [Fact]
    public void An_id_counts_as_often_as_it_stands_in_the_bag()
    {
        var table = new EmbeddingTable<double>("table", Tensor<double>.Of(new double[,] { { 1 }, { 10 } }));
        var tape = new Tape<double>();
        Variable<double> bag = tape.Parameter(table).EmbeddingBag(new[] { 1, 0, 1 }, new[] { 0, 3 }, BagCombiner.Sum);
        Assert.Equal(21, bag.Value.Span[0]);
        tape.Backward(bag);
        Assert.Equal([1, 2], table.Gradient.Values.Span.ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    public void An_id_that_is_no_row_is_refused(int id) => Refusal.Of<ArgumentOutOfRangeException>(
        () => Bag([0, id], [0, 2]), "EmbeddingBag", "ids", "from 0 to 1", "number 1", $"is {id}");

    [Fact]
    public void Offsets_that_do_not_span_the_ids_are_refused()
    {
        Refusal.Of<ArgumentException>(() => Bag([0, 1], []), "EmbeddingBag", "offsets", "2", "none");
        Refusal.Of<ArgumentException>(() => Bag([0, 1], [1, 2]), "EmbeddingBag", "offsets", "from 0 to 2", "from 1 to 2");
        Refusal.Of<ArgumentException>(() => Bag([0, 1], [0, 1]), "EmbeddingBag", "offsets", "from 0 to 2", "from 0 to 1");
        Refusal.Of<ArgumentException>(() => Bag([0, 1], [0, 3]), "EmbeddingBag", "offsets", "from 0 to 2", "from 0 to 3");
    }

    [Fact]
    public void Offsets_that_descend_are_refused() => Refusal.Of<ArgumentException>(
        () => Bag([0, 1], [0, 2, 1, 2]), "EmbeddingBag", "offsets", "offset 2", "is 1", "after 2");

    [Fact]
    public void Something_that_is_no_table_is_refused()
    {
        Variable<float> x = new Tape<float>().Input(new Tensor<float>(new Shape(5, 2)));
        Refusal.Of<ArgumentException>(() => x.EmbeddingBag(new[] { 0 }, new[] { 0, 1 }, BagCombiner.Sum), "EmbeddingBag", "embedding table", "input 0");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void A_combiner_that_is_none_of_the_named_ones_is_refused(int combiner) =>
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new EmbeddingBag<float>((BagCombiner)combiner), "'combiner'", "Sum, Mean or SqrtN");

    private static void Bag(int[] ids, int[] offsets) =>
        new Tape<float>().Parameter(new EmbeddingTable<float>("table", new Tensor<float>(new Shape(2, 3)))).EmbeddingBag(ids, offsets, BagCombiner.Mean);
}
