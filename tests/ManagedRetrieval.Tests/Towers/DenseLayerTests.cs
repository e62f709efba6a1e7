using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class DenseLayerTests
{
    [Fact]
    public void The_output_in_evaluation_is_that_of_plain_loops() => RandomCases.Check(draw =>
    {
        DenseLayer<double> layer = Random<double>(draw);
        Tensor<double> x = draw.Tensor<double>(new Shape(draw.Length(minimum: 0), layer.Inputs));
        Agree.InNorm<double>(
            "output", SlowLayers.Flat(SlowLayers.Dense(SlowLayers.Rows(x), layer)), layer.Apply(new Tape<double>().Constant(x)).Value.Span, 1e-10, 1e-2);
    });

    [Fact]
    public void A_row_gives_the_same_bits_alone_and_among_others() => RandomCases.Check(
        draw =>
        {
            DenseLayer<float> layer = Random<float>(draw);
            LayerChecks.SameBitsForEachRowAlone(layer, draw.Tensor<float>(new Shape(draw.Length(), layer.Inputs)));
        },
        size: 40);

    [Theory]
    [InlineData(Activation.None, false, false, 0)]
    [InlineData(Activation.Relu, false, true, 0)]
    [InlineData(Activation.Relu, true, false, 0.4)]
    [InlineData(Activation.Tanh, true, true, 0.4)]
    [InlineData(Activation.Tanh, false, false, 0.4)]
    public void Gradients_in_training_agree_with_central_differences(Activation activation, bool norm, bool residual, double rate)
    {
        for (ulong seed = 0; seed < 8; seed++)
        {
            // Fixed seeds: a random one might put a rectifier on its kink.
            var draw = new Draw(seed, 6);
            var options = new DenseLayerOptions { Activation = activation, LayerNorm = norm, DropoutRate = rate, Residual = residual };
            DenseLayer<double> layer = DenseLayer<double>.Create("d", 4, residual ? 4 : 3, options, seed, 1);
            LayerChecks.Fill(layer.Parameters, draw);
            LayerChecks.Gradients(x => layer.Apply(x, TowerPass.Training(7)), layer.Parameters, draw.Tensor<double>(new Shape(5, 4)), seed);
        }
    }

    [Fact]
    public void Dropout_is_for_training_alone_and_keeps_the_mean()
    {
        const double Rate = 0.25;
        DenseLayer<float> layer = New(0, Rate), plain = New(0, 0);
        Tensor<float> x = new Draw(2, 4).Tensor<float>(new Shape(300, 40), Domain.Positive);
        float[] whole = Output(plain, TowerPass.Training(3));
        Assert.Equal(whole, Output(layer, TowerPass.Evaluation));
        float[] dropped = Output(layer, TowerPass.Training(3));
        Assert.All(dropped.Zip(whole), pair => Assert.True(pair.First == 0 || Math.Abs(pair.First - (pair.Second / 0.75f)) <= 1e-5f * Math.Abs(pair.Second), $"{pair}"));

        // Of 9000 elements 2250 are dropped, give or take 41; five times that are 2.3 hundredths of all.
        Assert.InRange(dropped.Count(value => value == 0) / 9000.0, Rate - 0.023, Rate + 0.023);
        Assert.InRange(dropped.Average() / whole.Average(), 0.95, 1.05);

        float[] Output(DenseLayer<float> of, TowerPass pass) => of.Apply(new Tape<float>().Constant(x), pass).Value.Span.ToArray();
    }

    [Fact]
    public void Each_step_and_each_stream_drops_others_and_a_step_always_the_same()
    {
        Tensor<float> x = new Draw(2, 4).Tensor<float>(new Shape(20, 40), Domain.Positive);
        bool[] mask = Mask(0, 1);
        Assert.Equal(mask, Mask(0, 1));
        Assert.NotEqual(mask, Mask(0, 2));
        Assert.NotEqual(mask, Mask(1, 1));

        bool[] Mask(ulong stream, int step) =>
            [.. New(stream, 0.5).Apply(new Tape<float>().Constant(x), TowerPass.Training(step)).Value.Span.ToArray().Select(value => value == 0)];
    }

    [Fact]
    public void What_a_residual_layer_adds_is_never_dropped()
    {
        var layer = DenseLayer<float>.Create("d", 3, 3, new DenseLayerOptions { DropoutRate = 0.999999999, Residual = true }, 1, 1);
        Tensor<float> x = new Draw(2, 4).Tensor<float>(new Shape(4, 3));
        Assert.Equal(x.Span.ToArray(), layer.Apply(new Tape<float>().Constant(x), TowerPass.Training(1)).Value.Span.ToArray());
    }

    [Fact]
    public void A_residual_layer_of_two_widths_adds_nothing()
    {
        var options = new DenseLayerOptions { Residual = true };
        Tensor<float> x = new Draw(2, 4).Tensor<float>(new Shape(4, 3));
        float[] with = Output(options), without = Output(options with { Residual = false });
        Assert.Equal(without, with);

        float[] Output(DenseLayerOptions given) => DenseLayer<float>.Create("d", 3, 5, given, 1, 1).Apply(new Tape<float>().Constant(x)).Value.Span.ToArray();
    }

    [Theory]
    [InlineData(Activation.Relu, 0.5)] // √(6 / 24)
    [InlineData(Activation.Tanh, 1.0 / 3)] // √(6 / (24 + 30))
    [InlineData(Activation.None, 1.0 / 3)]
    public void New_weights_fill_the_range_of_the_activation(Activation activation, double limit)
    {
        var layer = DenseLayer<float>.Create("d", 24, 30, new DenseLayerOptions { Activation = activation, LayerNorm = true }, 5, 2);
        float largest = layer.Linear.Weights.Value.Span.ToArray().Max(Math.Abs);
        Assert.InRange(largest, 0.97 * limit, limit + 1e-6);
        Assert.True(layer.Linear.Bias.Value.Span.IndexOfAnyExcept(0f) < 0);
        Assert.Equal(["d.weights", "d.bias", "d.norm.gain", "d.norm.shift"], layer.Parameters.Select(parameter => parameter.Name));
        Assert.Equal((24, 30), (layer.Inputs, layer.Outputs));
    }

    [Fact]
    public void Workers_make_no_difference()
    {
        var options = new DenseLayerOptions { LayerNorm = true, DropoutRate = 0.3, Residual = true };
        DenseLayer<float> layer = DenseLayer<float>.Create("d", 48, 48, options, 1, 1);
        LayerChecks.SameBitsForAnyWorkers(x => layer.Apply(x, TowerPass.Training(5)), layer.Parameters, new Draw(1, 4).Tensor<float>(new Shape(700, 48)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Linear<float> linear = Linear<float>.Create("l", 2, 3, 0, 0);
        Assert.Throws<ArgumentNullException>("linear", () => new DenseLayer<float>(null!));
        Refusal.Of<ArgumentException>(() => _ = new DenseLayer<float>(linear, NormLayer<float>.Create("n", 2)), "norm", "3 outputs, not 2");
        Assert.Throws<ArgumentOutOfRangeException>("activation", () => new DenseLayer<float>(linear, activation: (Activation)3));
        foreach (double rate in new[] { 1, -0.1, 2, double.NaN, double.PositiveInfinity })
        {
            Assert.Throws<ArgumentOutOfRangeException>("dropoutRate", () => new DenseLayer<float>(linear, dropoutRate: rate));
            Assert.Throws<ArgumentOutOfRangeException>("dropoutRate", () => DenseLayer<float>.Create("d", 2, 3, new DenseLayerOptions { DropoutRate = rate }, 0, 0));
        }

        Assert.Throws<ArgumentOutOfRangeException>("inputs", () => DenseLayer<float>.Create("d", 0, 3, new DenseLayerOptions(), 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>("outputs", () => DenseLayer<float>.Create("d", 3, 0, new DenseLayerOptions(), 0, 0));
        Assert.Throws<ArgumentNullException>("options", () => DenseLayer<float>.Create("d", 3, 3, null!, 0, 0));
        Variable<float> narrow = new Tape<float>().Constant(new Tensor<float>(new Shape(4, 1)));
        Refusal.Of<ArgumentException>(() => new DenseLayer<float>(linear).Apply(narrow), "[4, 1]", "[2, 3]");
    }

    private static DenseLayer<float> New(ulong stream, double rate) =>
        DenseLayer<float>.Create("d", 40, 30, new DenseLayerOptions { Activation = Activation.Tanh, DropoutRate = rate }, 1, stream);

    private static DenseLayer<T> Random<T>(Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = new DenseLayerOptions
        {
            Activation = draw.OneOf(Activation.None, Activation.Relu, Activation.Tanh),
            LayerNorm = draw.Bool(),
            DropoutRate = draw.OneOf(0.0, 0.5),
            Residual = draw.Bool(),
        };
        int inputs = draw.Length();
        DenseLayer<T> layer = DenseLayer<T>.Create("d", inputs, draw.Bool() ? inputs : draw.Length(), options, draw.Seed, 0);
        LayerChecks.Fill(layer.Parameters, draw);
        return layer;
    }
}
