using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class NormLayerTests
{
    [Fact]
    public void The_output_is_that_of_plain_loops() => RandomCases.Check(draw =>
    {
        NormLayer<double> layer = NormLayer<double>.Create("n", draw.Length(), draw.Uniform(1e-3, 1));
        LayerChecks.Fill(layer.Parameters, draw);
        Tensor<double> x = draw.Tensor<double>(new Shape(draw.Length(minimum: 0), layer.Inputs));
        Agree.InNorm<double>(
            "output", SlowLayers.Flat(SlowLayers.Norm(SlowLayers.Rows(x), layer)), layer.Apply(new Tape<double>().Constant(x)).Value.Span, 1e-11);
    });

    [Fact]
    public void Gradients_agree_with_central_differences()
    {
        for (ulong seed = 0; seed < 8; seed++)
        {
            var draw = new Draw(seed, 6);
            NormLayer<double> layer = NormLayer<double>.Create("n", 5, 0.1);
            LayerChecks.Fill(layer.Parameters, draw);
            LayerChecks.Gradients(x => layer.Apply(x), layer.Parameters, draw.Tensor<double>(new Shape(4, 5)), seed);
        }
    }

    [Fact]
    public void A_new_layer_gives_rows_of_mean_0_and_variance_1()
    {
        NormLayer<float> layer = NormLayer<float>.Create("n", 6);
        Assert.Equal(["n.gain", "n.shift"], layer.Parameters.Select(parameter => parameter.Name));
        Assert.Equal((6, 6, 1e-5), (layer.Inputs, layer.Outputs, layer.Epsilon));
        Tensor<float> y = layer.Apply(new Tape<float>().Constant(new Draw(3, 6).Tensor<float>(new Shape(4, 6)))).Value;
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(0, y.Row(i).ToArray().Average(), 1e-5);
            Assert.Equal(1, y.Row(i).ToArray().Average(value => (double)value * value), 1e-3);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentNullException>("gain", () => new NormLayer<float>(null!, Vector(2)));
        Assert.Throws<ArgumentNullException>("shift", () => new NormLayer<float>(Vector(2), null!));
        Refusal.Of<ArgumentException>(() => _ = new NormLayer<float>(Vector(2), Vector(3)), "shift", "[2], not [3]");
        Refusal.Of<ArgumentException>(
            () => _ = new NormLayer<float>(new DenseParameter<float>("g", new Tensor<float>(new Shape(2, 1))), Vector(2)), "gain", "not [2, 1]");
        Assert.Throws<ArgumentOutOfRangeException>("width", () => NormLayer<float>.Create("n", 0));
        foreach (double epsilon in new[] { 0, -1, double.NaN, double.PositiveInfinity, 1e-60 })
        {
            Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => NormLayer<float>.Create("n", 2, epsilon));
        }

        static DenseParameter<float> Vector(int length) => new("v", new Tensor<float>(new Shape(length)));
    }
}
