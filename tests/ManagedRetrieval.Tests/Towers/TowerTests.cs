using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Tasks;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class TowerTests
{
    [Fact]
    public void The_output_is_that_of_plain_loops() => RandomCases.Check(draw =>
    {
        (int rows, int width, int bags) = (draw.Length(), draw.Length(), draw.Length());
        int? outputs = draw.Bool() ? draw.Length() : null;
        BagCombiner combiner = draw.OneOf(BagCombiner.Sum, BagCombiner.Mean, BagCombiner.SqrtN);
        bool normalize = draw.Bool();
        int[][] lists = Lists(draw, bags, rows);
        double[] table = draw.Values(rows * width, Domain.Positive);
        double[] weights = draw.Values(width * (outputs ?? 0)), bias = draw.Values(outputs ?? 0);
        double[] expected = [.. lists.SelectMany(list => Reference(list, table, width, combiner, outputs, weights, bias, normalize))];
        Check<double>(1e-12);
        Check<float>(1e-4);

        void Check<T>(double tolerance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Linear<T>? linear = outputs is { } length
                ? new Linear<T>(
                    new DenseParameter<T>("w", new Tensor<T>(new Shape(width, length), Array.ConvertAll(weights, T.CreateChecked))),
                    new DenseParameter<T>("b", new Tensor<T>(new Shape(length), Array.ConvertAll(bias, T.CreateChecked))))
                : null;
            var tower = BagTower.Of<T>(
                new EmbeddingTable<T>("t", new Tensor<T>(new Shape(rows, width), Array.ConvertAll(table, T.CreateChecked))), combiner, linear, normalize);
            Assert.Equal(outputs ?? width, tower.Dimensions);
            Agree.InNorm<T>("output", expected, tower.Apply(new Tape<T>(), Ragged(lists)).Value.Span, tolerance);
        }
    });

    [Theory]
    [InlineData(true, true, BagCombiner.Mean)]
    [InlineData(true, false, BagCombiner.Sum)]
    [InlineData(false, true, BagCombiner.SqrtN)]
    [InlineData(false, false, BagCombiner.Mean)]
    public void Gradients_of_two_towers_on_one_table_agree_with_central_differences(bool linear, bool normalize, BagCombiner combiner)
    {
        for (ulong seed = 0; seed < 8; seed++)
        {
            var draw = new Draw(seed, 6);
            var table = new EmbeddingTable<double>("table", draw.Tensor<double>(new Shape(7, 4), Domain.AwayFromZero));
            Linear<double>? queryLayer = linear ? Linear<double>.Create("query", 4, 3, seed, 1) : null;
            Linear<double>? candidateLayer = linear ? Linear<double>.Create("candidate", 4, 3, seed, 2) : null;
            var queries = BagTower.Of<double>(table, combiner, queryLayer, normalize);
            var candidates = BagTower.Of<double>(table, combiner, candidateLayer, normalize);

            // Lists with repeated ids, and none that is empty: the length of a zero row has a kink.
            RaggedIds queryIds = Ragged([.. Lists(draw, 3, 7).Select(list => (int[])[.. list, 2])]);
            RaggedIds candidateIds = Ragged([.. Lists(draw, 4, 7).Select(list => (int[])[.. list, 2, 5])]);
            var task = new RetrievalTask<double>(new RetrievalTaskOptions<double> { Temperature = 0.5 });
            Parameter<double>[] parameters = linear
                ? [table, queryLayer!.Weights, queryLayer.Bias, candidateLayer!.Weights, candidateLayer.Bias]
                : [table];
            GradientCheck.Run(tape => task.Loss(queries.Apply(tape, queryIds), candidates.Apply(tape, candidateIds)), parameters, seed).ThrowIfFailed();
        }
    }

    [Fact]
    public void An_empty_list_gives_the_zero_embedding_and_moves_no_row()
    {
        var table = new EmbeddingTable<double>("table", new Draw(1, 4).Tensor<double>(new Shape(3, 2), Domain.AwayFromZero));
        var tower = BagTower.Of<double>(table);
        var tape = new Tape<double>();
        Variable<double> output = tower.Apply(tape, Ragged([[1], [], [1, 1]]));
        Assert.Equal([0, 0], output.Value.Row(1).ToArray());
        Assert.Equal(1, Math.Sqrt((output.Value.Row(0)[0] * output.Value.Row(0)[0]) + (output.Value.Row(0)[1] * output.Value.Row(0)[1])), 1e-12);
        tape.Backward(output, new Draw(2, 4).Tensor<double>(new Shape(3, 2)));
        Assert.Equal([1], table.Gradient.Rows.ToArray());
    }

    [Fact]
    public void An_id_outside_the_table_is_refused()
    {
        var tower = BagTower.Of<float>(new EmbeddingTable<float>("table", new Tensor<float>(new Shape(3, 2))));
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => tower.Apply(new Tape<float>(), Ragged([[0], [2, 3]])));
        Assert.Contains("from 0 to 2, but number 2 is 3", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>("tape", () => tower.Apply(null!, new RaggedIds()));
        Assert.Throws<ArgumentNullException>("batch", () => tower.Apply(new Tape<float>(), null!));
    }

    [Fact]
    public void A_layer_of_other_inputs_than_the_table_s_dimensions_is_refused()
    {
        var table = new EmbeddingTable<float>("table", new Tensor<float>(new Shape(3, 2)));
        ArgumentException error = Assert.Throws<ArgumentException>("layers", () => BagTower.Of<float>(table, linear: Linear<float>.Create("l", 3, 2, 0, 0)));
        Assert.Contains("Layer 0 must take rows of length 2, not 3", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>("table", () => BagTower.Of<float>(null!));
    }

    [Fact]
    public void A_combiner_that_is_none_of_the_named_ones_is_refused()
    {
        var table = new EmbeddingTable<float>("table", new Tensor<float>(new Shape(3, 2)));
        Assert.Throws<ArgumentOutOfRangeException>("combiner", () => BagTower.Of<float>(table, (BagCombiner)3));
        Assert.Throws<ArgumentOutOfRangeException>(
            "combiner", () => new TwoTowerModel<int[], int[]>(new GivenIds(3), new GivenIds(3), new TwoTowerOptions { Combiner = (BagCombiner)(-1) }));
    }

    [Fact]
    public void A_batch_with_an_open_row_is_refused()
    {
        var tower = BagTower.Of<float>(new EmbeddingTable<float>("table", new Tensor<float>(new Shape(3, 2))));
        RaggedIds batch = Ragged([[0], [2]]);
        batch.Append(1);
        Assert.Contains("Row 2 is open", Assert.Throws<InvalidOperationException>(() => tower.Apply(new Tape<float>(), batch)).Message, StringComparison.Ordinal);
        batch.EndRow();
        Assert.Equal(3, tower.Apply(new Tape<float>(), batch).Shape.Rows);
    }

    internal static RaggedIds Ragged(int[][] lists)
    {
        var ids = new RaggedIds();
        foreach (int[] list in lists)
        {
            ids.AppendRow(list);
        }

        return ids;
    }

    private static int[][] Lists(Draw draw, int bags, int rows) =>
        [.. Enumerable.Range(0, bags).Select(_ => draw.Ids(draw.Between(0, 5), rows))];

    private static double[] Reference(
        int[] list, double[] table, int width, BagCombiner combiner, int? outputs, double[] weights, double[] bias, bool normalize)
    {
        double divisor = combiner switch { BagCombiner.Mean => list.Length, BagCombiner.SqrtN => Math.Sqrt(list.Length), _ => 1 };
        double[] y = [.. Enumerable.Range(0, width).Select(d => list.Sum(id => table[(id * width) + d] / divisor))];
        if (outputs is { } length)
        {
            double[] x = y;
            y = [.. Enumerable.Range(0, length).Select(j => bias[j] + Enumerable.Range(0, width).Sum(p => x[p] * weights[(p * length) + j]))];
        }

        double norm = Math.Sqrt(y.Sum(value => value * value));
        return normalize && norm > 0 ? [.. y.Select(value => value / Math.Max(norm, 1e-6))] : y;
    }
}
