using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class CausalAttentionHistoryTests
{
    /// <summary>A dropout rate that leaves none of a few elements.</summary>
    private const double AllButAll = 0.999999999;

    private static readonly int[] Two = [0, 3, 5];

    [Fact]
    public void The_output_in_evaluation_is_that_of_plain_loops() => RandomCases.Check(draw =>
    {
        var encoder = (CausalAttentionHistory<double>)HistorySamples.Make<double>("causal", draw.Length(), draw);
        int[] offsets = HistorySamples.Offsets(draw);
        Tensor<double> x = draw.Tensor<double>(new Shape(offsets[^1], encoder.Inputs));
        double[][] rows = SlowLayers.Rows(x);
        double[] expected = [.. Enumerable.Range(0, offsets.Length - 1).SelectMany(i => Last(rows[offsets[i]..offsets[i + 1]], encoder))];

        // Rows of two nearly equal elements lose as many places in each norm as the two have in common.
        Agree.InNorm<double>("output", expected, encoder.Apply(new Tape<double>().Constant(x), offsets).Value.Span, 1e-8, 1e-2);
    });

    [Fact]
    public void The_order_of_earlier_rows_makes_a_difference_only_within_the_maximum_length()
    {
        Assert.NotEqual(Output(4, false), Output(4, true));
        Agree.InNorm<double>("with one position for all but the last row", Output(2, false), Output(2, true), 1e-10);

        static double[] Output(int positions, bool swapped)
        {
            var options = new CausalAttentionOptions { MaximumLength = positions, Blocks = 1 };
            CausalAttentionHistory<double> encoder = CausalAttentionHistory<double>.Create("c", 3, options, 1, 1);
            double[,] rows = swapped ? new double[,] { { 2, 0, 3 }, { 1, 5, 2 }, { 4, 4, 1 } } : new double[,] { { 1, 5, 2 }, { 2, 0, 3 }, { 4, 4, 1 } };
            return encoder.Apply(new Tape<double>().Constant(Tensor<double>.Of(rows)), new[] { 0, 3 }).Value.Span.ToArray();
        }
    }

    [Fact]
    public void Dropout_is_for_training_alone_and_differs_from_step_to_step()
    {
        Tensor<float> rows = new Draw(2, 4).Tensor<float>(new Shape(5, 8));
        float[] evaluated = Output(0.4, TowerPass.Evaluation), first = Output(0.4, TowerPass.Training(1));
        Assert.Equal(evaluated, Output(0, TowerPass.Training(1)));
        Assert.NotEqual(evaluated, first);
        Assert.Equal(first, Output(0.4, TowerPass.Training(1)));
        Assert.NotEqual(first, Output(0.4, TowerPass.Training(2)));

        float[] Output(double rate, TowerPass pass) =>
            CausalAttentionHistory<float>.Create("c", 8, new CausalAttentionOptions { DropoutRate = rate }, 1, 1)
                .Apply(new Tape<float>().Constant(rows), Two, pass).Value.Span.ToArray();
    }

    [Fact]
    public void The_sum_of_rows_and_positions_is_dropped_in_training_alone()
    {
        var positions = new EmbeddingTable<float>("p", new Draw(1, 4).Tensor<float>(new Shape(2, 3)));
        NormLayer<float> norm = NormLayer<float>.Create("n", 3);
        norm.Shift.Value.Span.Fill(5);
        var encoder = new CausalAttentionHistory<float>(positions, [], norm, AllButAll);
        Tensor<float> rows = new Draw(2, 4).Tensor<float>(new Shape(5, 3));

        // The norm of zeros is the shift.
        Assert.Equal([5, 5, 5, 5, 5, 5], encoder.Apply(new Tape<float>().Constant(rows), Two, TowerPass.Training(1)).Value.Span.ToArray());
        Assert.DoesNotContain(5f, encoder.Apply(new Tape<float>().Constant(rows), Two).Value.Span.ToArray());
    }

    [Theory]
    [InlineData(0, 0, false, true)]
    [InlineData(AllButAll, 0, true, true)]
    [InlineData(0, AllButAll, true, false)]
    public void Both_layers_of_a_block_drop_in_training(double innerRate, double outerRate, bool dropsHidden, bool addsBias)
    {
        // A value matrix of zeros leaves attention nothing to give.
        var zeros = new DenseParameter<float>("z", new Tensor<float>(new Shape(3, 3)));
        NormLayer<float> norm = NormLayer<float>.Create("n", 3);
        DenseLayer<float> inner = Dense(Activation.Relu, innerRate, 1), outer = Dense(Activation.None, outerRate, 2);
        outer.Linear.Bias.Value.Span.Fill(100);
        var block = new CausalAttentionBlock<float>(norm, zeros, zeros, zeros, norm, inner, outer);
        Tensor<float> x = new Draw(2, 4).Tensor<float>(new Shape(5, 3));
        float[] given = [.. x.Span.ToArray().Select(value => value + (addsBias ? 100 : 0))];
        float[] y = block.Apply(new Tape<float>().Constant(x), Two, TowerPass.Training(1)).Value.Span.ToArray();
        Assert.Equal(dropsHidden, given.SequenceEqual(y));
        Assert.All(y, value => Assert.Equal(addsBias, value > 50));

        static DenseLayer<float> Dense(Activation activation, double rate, ulong stream) =>
            DenseLayer<float>.Create("d", 3, 3, new DenseLayerOptions { Activation = activation, DropoutRate = rate }, 1, stream);
    }

    [Fact]
    public void What_attention_gives_is_dropped_but_never_the_rows_themselves()
    {
        // All that is dropped leaves the block the identity.
        CausalAttentionBlock<float> block = Block(3, 3, AllButAll);
        Tensor<float> x = new Draw(2, 4).Tensor<float>(new Shape(5, 3));
        Assert.Equal(x.Span.ToArray(), block.Apply(new Tape<float>().Constant(x), Two, TowerPass.Training(1)).Value.Span.ToArray());
        Assert.NotEqual(x.Span.ToArray(), block.Apply(new Tape<float>().Constant(x), Two).Value.Span.ToArray());
    }

    [Fact]
    public void All_dropouts_and_all_matrices_of_a_new_encoder_differ_and_parameters_have_names()
    {
        CausalAttentionHistory<float> encoder = CausalAttentionHistory<float>.Create("c", 4, new CausalAttentionOptions { MaximumLength = 7, Hidden = 4 }, 5, 2);
        Assert.Equal((4, 4, 2, new Shape(7, 4)), (encoder.Inputs, encoder.Outputs, encoder.Blocks.Count, encoder.Positions.Value.Shape));
        ulong[] seeds = [encoder.DropoutSeed, .. encoder.Blocks.SelectMany(block => new[] { block.DropoutSeed, block.Inner.DropoutSeed, block.Outer.DropoutSeed })];
        Assert.Equal(7, seeds.Distinct().Count());
        Assert.All(encoder.Blocks, block => Assert.Equal((0.2, 0.2, 0.2), (block.DropoutRate, block.Inner.DropoutRate, block.Outer.DropoutRate)));
        string[] names = [.. encoder.Parameters.Select(parameter => parameter.Name)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal("c.positions", names[0]);
        Assert.Contains("c.1.query", names);
        Assert.Contains("c.0.inner.weights", names);
        Assert.Equal("c.norm.shift", names[^1]);
        double[] starts = [.. encoder.Parameters.Where(parameter => parameter.Value.Shape.Rank == 2).Select(parameter => (double)parameter.Value.Span[0])];
        Assert.Equal(11, starts.Distinct().Count());
        Assert.InRange(encoder.Positions.Value.Span.ToArray().Max(Math.Abs), 0.04f, 0.050001f);
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        var positions = new EmbeddingTable<float>("p", new Tensor<float>(new Shape(2, 3)));
        NormLayer<float> norm = NormLayer<float>.Create("n", 3);
        Assert.Throws<ArgumentNullException>("positions", () => new CausalAttentionHistory<float>(null!, [], norm));
        Assert.Throws<ArgumentNullException>("blocks", () => new CausalAttentionHistory<float>(positions, null!, norm));
        Assert.Throws<ArgumentNullException>("norm", () => new CausalAttentionHistory<float>(positions, [], null!));
        Refusal.Of<ArgumentException>(
            () => _ = new CausalAttentionHistory<float>(new EmbeddingTable<float>("p", new Tensor<float>(new Shape(0, 3))), [], norm), "positions", "[0, 3]");
        Refusal.Of<ArgumentException>(() => _ = new CausalAttentionHistory<float>(positions, [Block(4, 2, 0)], norm), "width 3", "block 0 has 4");
        Refusal.Of<ArgumentException>(() => _ = new CausalAttentionHistory<float>(positions, [null!], norm), "block 0 is null");
        Refusal.Of<ArgumentException>(() => _ = new CausalAttentionHistory<float>(positions, [], NormLayer<float>.Create("n", 2)), "norm", "width 3, not 2");
        Assert.Throws<ArgumentOutOfRangeException>("dropoutRate", () => new CausalAttentionHistory<float>(positions, [], norm, 1));
        Assert.Throws<ArgumentNullException>("options", () => CausalAttentionHistory<float>.Create("c", 2, null!, 0, 0));
        foreach (CausalAttentionOptions wrong in new CausalAttentionOptions[] { new() { MaximumLength = 0 }, new() { Blocks = 0 }, new() { Hidden = 0 }, new() { DropoutRate = double.NaN } })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => CausalAttentionHistory<float>.Create("c", 2, wrong, 0, 0));
        }

        Assert.Throws<ArgumentOutOfRangeException>("width", () => CausalAttentionHistory<float>.Create("c", 0, new(), 0, 0));
    }

    [Fact]
    public void Parts_of_a_block_that_do_not_fit_are_refused()
    {
        NormLayer<float> norm = NormLayer<float>.Create("n", 3), narrow = NormLayer<float>.Create("n", 2);
        DenseParameter<float> square = Linear<float>.Create("s", 3, 3, 0, 0).Weights, flat = Linear<float>.Create("f", 2, 3, 0, 0).Weights;
        DenseLayer<float> inner = Dense(3, 4), outer = Dense(4, 3);
        Refusal.Of<ArgumentException>(() => _ = new CausalAttentionBlock<float>(norm, flat, square, square, norm, inner, outer), "query", "[3, 3], not [2, 3]");
        Refusal.Of<ArgumentException>(() => _ = new CausalAttentionBlock<float>(norm, square, flat, square, norm, inner, outer), "key", "[3, 3], not [2, 3]");
        Refusal.Of<ArgumentException>(() => _ = new CausalAttentionBlock<float>(norm, square, square, flat, norm, inner, outer), "value", "[3, 3], not [2, 3]");
        Refusal.Of<ArgumentException>(() => _ = new CausalAttentionBlock<float>(norm, square, square, square, narrow, inner, outer), "hiddenNorm", "3 as its width, not 2");
        Refusal.Of<ArgumentException>(() => _ = new CausalAttentionBlock<float>(norm, square, square, square, norm, outer, outer), "inner", "3 as its inputs, not 4");
        Refusal.Of<ArgumentException>(() => _ = new CausalAttentionBlock<float>(norm, square, square, square, norm, inner, inner), "outer", "4 as its inputs, not 3");
        Refusal.Of<ArgumentException>(() => _ = new CausalAttentionBlock<float>(norm, square, square, square, norm, inner, Dense(4, 2)), "outer", "3 as its outputs, not 2");
        Assert.Throws<ArgumentOutOfRangeException>("dropoutRate", () => new CausalAttentionBlock<float>(norm, square, square, square, norm, inner, outer, -1));
        Assert.Throws<ArgumentNullException>("attentionNorm", () => new CausalAttentionBlock<float>(null!, square, square, square, norm, inner, outer));
        Assert.Throws<ArgumentNullException>("query", () => new CausalAttentionBlock<float>(norm, null!, square, square, norm, inner, outer));
        Assert.Throws<ArgumentNullException>("key", () => new CausalAttentionBlock<float>(norm, square, null!, square, norm, inner, outer));
        Assert.Throws<ArgumentNullException>("value", () => new CausalAttentionBlock<float>(norm, square, square, null!, norm, inner, outer));
        Assert.Throws<ArgumentNullException>("hiddenNorm", () => new CausalAttentionBlock<float>(norm, square, square, square, null!, inner, outer));
        Assert.Throws<ArgumentNullException>("inner", () => new CausalAttentionBlock<float>(norm, square, square, square, norm, null!, outer));
        Assert.Throws<ArgumentNullException>("outer", () => new CausalAttentionBlock<float>(norm, square, square, square, norm, inner, null!));

        static DenseLayer<float> Dense(int inputs, int outputs) => DenseLayer<float>.Create("d", inputs, outputs, new DenseLayerOptions(), 0, 0);
    }

    private static CausalAttentionBlock<float> Block(int width, int hidden, double rate) =>
        CausalAttentionHistory<float>.Create("c", width, new CausalAttentionOptions { Blocks = 1, Hidden = hidden, DropoutRate = rate }, 1, 1).Blocks[0];

    private static double[] Last(double[][] rows, CausalAttentionHistory<double> encoder)
    {
        double[][] positions = SlowLayers.Rows(encoder.Positions.Value);
        double[][] x = [.. rows.Select((row, i) => SlowLayers.Sum(row, positions[Math.Min(rows.Length - 1 - i, positions.Length - 1)]))];
        foreach (CausalAttentionBlock<double> block in encoder.Blocks)
        {
            double[][] unit = SlowLayers.Norm(x, block.AttentionNorm);
            double[][] queries = SlowLayers.Product(unit, block.Query), keys = SlowLayers.Product(unit, block.Key), values = SlowLayers.Product(unit, block.Value);
            x = [.. x.Select((row, i) =>
            {
                double[] scores = [.. keys[..(i + 1)].Select(key => key.Zip(queries[i], (k, q) => k * q).Sum() / Math.Sqrt(row.Length))];
                return SlowLayers.Sum(row, SlowLayers.Weighted(values[..(i + 1)], SlowLayers.Softmax(scores), row.Length));
            })];
            double[][] fed = SlowLayers.Dense(SlowLayers.Dense(SlowLayers.Norm(x, block.HiddenNorm), block.Inner), block.Outer);
            x = [.. x.Zip(fed, SlowLayers.Sum)];
        }

        return rows.Length == 0 ? new double[encoder.Outputs] : SlowLayers.Norm(x, encoder.Norm)[^1];
    }
}
