using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class CrossNetworkTests
{
    [Fact]
    public void The_output_is_that_of_plain_loops() => RandomCases.Check(draw =>
    {
        CrossNetwork<double> network = Random<double>(draw);
        Tensor<double> x = draw.Tensor<double>(new Shape(draw.Length(minimum: 0), network.Inputs));
        double[] expected = SlowLayers.Flat(SlowLayers.Cross(SlowLayers.Rows(x), network));
        Agree.InNorm<double>("output", expected, network.Apply(new Tape<double>().Constant(x)).Value.Span, 1e-11);
    });

    [Fact]
    public void A_row_gives_the_same_bits_alone_and_among_others() => RandomCases.Check(
        draw =>
        {
            CrossNetwork<float> network = Random<float>(draw);
            LayerChecks.SameBitsForEachRowAlone(network, draw.Tensor<float>(new Shape(draw.Length(), network.Inputs)));
        },
        size: 40);

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(3)]
    public void Gradients_agree_with_central_differences(int? rank)
    {
        for (ulong seed = 0; seed < 8; seed++)
        {
            var draw = new Draw(seed, 6);
            CrossNetwork<double> network = CrossNetwork<double>.Create("c", 4, 2, rank, seed, 1);
            LayerChecks.Fill(network.Parameters, draw);
            LayerChecks.Gradients(x => network.Apply(x), network.Parameters, draw.Tensor<double>(new Shape(3, 4)), seed);
        }
    }

    [Fact]
    public void Weights_of_one_square_each_column_of_a_row_of_one()
    {
        // x₀ = 3, W = 1, b = 0: x₁ = 3 · 3 + 3 = 12 and x₂ = 3 · 12 + 12 = 48.
        CrossNetwork<double> network = CrossNetwork<double>.Create("c", 1, 2, null, 0, 0);
        network.Layers[0].Linear.Weights.Value.Span[0] = network.Layers[1].Linear.Weights.Value.Span[0] = 1;
        Assert.Equal([48], network.Apply(new Tape<double>().Constant(Tensor<double>.Of(new double[,] { { 3 } }))).Value.Span.ToArray());
    }

    [Fact]
    public void A_low_rank_is_the_network_whose_matrix_is_the_product()
    {
        var draw = new Draw(4, 6);
        CrossNetwork<double> narrow = CrossNetwork<double>.Create("c", 5, 1, 2, 3, 1);
        LayerChecks.Fill(narrow.Parameters, draw);
        CrossLayer<double> layer = narrow.Layers[0];
        double[][] product = SlowLayers.Product(SlowLayers.Rows(layer.Projection!.Value), layer.Linear.Weights);
        var weights = new DenseParameter<double>("w", new Tensor<double>(new Shape(5, 5), SlowLayers.Flat(product)));
        var full = new CrossNetwork<double>([new CrossLayer<double>(new Linear<double>(weights, layer.Linear.Bias))]);
        Tensor<double> x = draw.Tensor<double>(new Shape(3, 5));
        Agree.InNorm<double>("output", full.Apply(new Tape<double>().Constant(x)).Value.Span, narrow.Apply(new Tape<double>().Constant(x)).Value.Span, 1e-12);
    }

    [Fact]
    public void A_new_network_has_different_weights_in_each_matrix_and_names()
    {
        CrossNetwork<float> network = CrossNetwork<float>.Create("c", 6, 2, 3, 5, 2);
        Assert.Equal(
            ["c.0.projection", "c.0.weights", "c.0.bias", "c.1.projection", "c.1.weights", "c.1.bias"], network.Parameters.Select(parameter => parameter.Name));
        float[][] matrices = [.. network.Parameters.Where(parameter => parameter.Value.Shape.Rank == 2).Select(parameter => parameter.Value.Span.ToArray())];
        Assert.Equal(4, matrices.Select(matrix => string.Join(' ', matrix)).Distinct().Count());

        // √(6 / (6 + 3)); of 18 uniform numbers the largest is seldom below half the limit.
        Assert.All(matrices, matrix => Assert.InRange(matrix.Max(Math.Abs), 0.4, Math.Sqrt(6.0 / 9) + 1e-6));
        Assert.NotEqual(matrices[0], CrossNetwork<float>.Create("c", 6, 2, 3, 5, 3).Layers[0].Projection!.Value.Span.ToArray());
        Assert.Null(CrossNetwork<float>.Create("c", 6, 1, null, 5, 2).Layers[0].Projection);
    }

    [Fact]
    public void Workers_make_no_difference()
    {
        CrossNetwork<float> network = CrossNetwork<float>.Create("c", 40, 2, 16, 1, 1);
        LayerChecks.SameBitsForAnyWorkers(x => network.Apply(x), network.Parameters, new Draw(1, 4).Tensor<float>(new Shape(700, 40)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("width", () => CrossNetwork<float>.Create("c", 0, 1, null, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>("layers", () => CrossNetwork<float>.Create("c", 3, 0, null, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>("rank", () => CrossNetwork<float>.Create("c", 3, 1, 0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>("rank", () => CrossNetwork<float>.Create("c", 3, 1, 4, 0, 0));
        Linear<float> square = Linear<float>.Create("l", 3, 3, 0, 0), flat = Linear<float>.Create("l", 2, 3, 0, 0), other = Linear<float>.Create("l", 2, 2, 0, 0);
        Assert.Throws<ArgumentNullException>("linear", () => new CrossLayer<float>(null!));
        Refusal.Of<ArgumentException>(() => _ = new CrossLayer<float>(flat), "linear", "3 outputs, not 2");
        Refusal.Of<ArgumentException>(() => _ = new CrossLayer<float>(flat, flat.Weights), "projection", "[3, 2], not [2, 3]");
        Assert.Throws<ArgumentNullException>("layers", () => new CrossNetwork<float>(null!));
        Refusal.Of<ArgumentException>(() => _ = new CrossNetwork<float>([]), "at least one");
        Refusal.Of<ArgumentException>(() => _ = new CrossNetwork<float>([new CrossLayer<float>(square), null!]), "layer 1 is null");
        Refusal.Of<ArgumentException>(() => _ = new CrossNetwork<float>([new CrossLayer<float>(square), new CrossLayer<float>(other)]), "layer 1 has 2 after 3");
    }

    private static CrossNetwork<T> Random<T>(Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = draw.Length();
        CrossNetwork<T> network = CrossNetwork<T>.Create("c", width, draw.Between(1, 3), draw.Bool() ? draw.Between(1, width) : null, draw.Seed, 0);
        LayerChecks.Fill(network.Parameters, draw);
        return network;
    }
}
