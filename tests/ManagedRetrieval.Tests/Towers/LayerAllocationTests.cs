using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

/// <summary>A warm step through a layer or an encoder allocates nothing.</summary>
[Collection(AloneCollection.Name)]
public class LayerAllocationTests
{
    public static TheoryData<string> Kinds => HistorySamples.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_warm_encoder_allocates_nothing(string kind)
    {
        int[] offsets = [0, 5, 5, 6, 30, 36];
        HistoryEncoder<float> encoder = HistorySamples.Make<float>(kind, 8, new Draw(3, 6));
        Assert.Equal(0, Step((rows, pass) => encoder.Apply(rows, offsets, pass), encoder.Parameters, new Shape(36, 8), new Shape(5, encoder.Outputs)));
    }

    [Fact]
    public void A_warm_dense_layer_allocates_nothing()
    {
        var options = new DenseLayerOptions { LayerNorm = true, DropoutRate = 0.5, Residual = true };
        DenseLayer<float> layer = DenseLayer<float>.Create("d", 8, 8, options, 1, 1);
        Assert.Equal(0, Step(layer.Apply, layer.Parameters, new Shape(20, 8), new Shape(20, 8)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void A_warm_cross_network_allocates_nothing(int? rank)
    {
        CrossNetwork<float> network = CrossNetwork<float>.Create("c", 8, 3, rank, 1, 1);
        Assert.Equal(0, Step(network.Apply, network.Parameters, new Shape(20, 8), new Shape(20, 8)));
    }

    private static long Step(
        Func<Variable<float>, TowerPass, Variable<float>> apply, IReadOnlyList<Parameter<float>> parameters, Shape input, Shape output)
    {
        Tensor<float> x = new Draw(1, 4).Tensor<float>(input), cotangent = new Draw(2, 4).Tensor<float>(output);
        var tape = new Tape<float>();
        int step = 0;
        return Allocated.ByOneOf(() =>
        {
            tape.Reset();
            for (int i = 0; i < parameters.Count; i++)
            {
                parameters[i].ZeroGradient();
            }

            apply(tape.Constant(x), TowerPass.Evaluation);
            tape.Backward(apply(tape.Input(x), TowerPass.Training(step++)), cotangent);
        });
    }
}
