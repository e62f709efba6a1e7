using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Retrieval;

public class LayerCodecTests
{
    [Theory]
    [InlineData("linear")]
    [InlineData("norm")]
    [InlineData("dense")]
    [InlineData("cross")]
    public void A_layer_that_was_read_gives_the_same_bits_and_is_written_the_same(string kind) => RandomCases.Check(draw =>
    {
        Layer<float> layer = Random(kind, draw);
        LayerChecks.Fill(layer.Parameters, draw);
        Described before = Describe(layer);
        Layer<float> read = before.Read(LayerCodec.Read);
        Assert.IsType(layer.GetType(), read);
        Assert.Equal(layer.Parameters.Select(parameter => parameter.Name), read.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(before.Description, Describe(read).Description);
        Tensor<float> x = draw.Tensor<float>(new Shape(4, layer.Inputs));
        foreach (TowerPass pass in new[] { TowerPass.Evaluation, TowerPass.Training(draw.Below(1000)) })
        {
            Agree.Exactly<float>("output", layer.Apply(new Tape<float>().Constant(x), pass).Value.Span, read.Apply(new Tape<float>().Constant(x), pass).Value.Span);
        }
    });

    [Fact]
    public void The_descriptions_are_as_documented()
    {
        Assert.Equal("""{"type":"linear","weights":"l.weights","bias":"l.bias"}""", Describe(Linear<float>.Create("l", 2, 3, 0, 0)).Description);
        Assert.Equal("""{"type":"norm","gain":"n.gain","shift":"n.shift","epsilon":0.1}""", Describe(NormLayer<float>.Create("n", 2, 0.1)).Description);
        Assert.Equal(
            """{"type":"dense","linear":{"type":"linear","weights":"l.weights","bias":"l.bias"},"norm":null,"activation":"tanh","dropout_rate":0.3,"dropout_seed":18446744073709551615,"residual":true}""",
            Describe(new DenseLayer<float>(Linear<float>.Create("l", 2, 3, 0, 0), null, Activation.Tanh, 0.3, ulong.MaxValue, true)).Description);
        Assert.Equal(
            """{"type":"cross","layers":[{"projection":null,"linear":{"type":"linear","weights":"c.0.weights","bias":"c.0.bias"}}]}""",
            Describe(CrossNetwork<float>.Create("c", 2, 1, null, 0, 0)).Description);
        Assert.Contains("""{"projection":"c.0.projection","linear":""", Describe(CrossNetwork<float>.Create("c", 2, 1, 1, 0, 0)).Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("norm")]
    [InlineData("dense")]
    [InlineData("cross")]
    public void Every_property_is_required_once_and_no_other_is_allowed(string kind) => Describe(Random(kind, new Draw(4, 6))).RefusesEdits(LayerCodec.Read);

    [Theory]
    [InlineData("\"dense\"", "\"pool\"", "property 'type' is \"pool\", expected one of \"linear\", \"norm\", \"dense\", \"cross\"")]
    [InlineData("\"relu\"", "\"gelu\"", "property 'activation' is \"gelu\", expected one of \"none\", \"relu\", \"tanh\"")]
    [InlineData(":0.25", ":1", "The dropout rate must be from 0 to less than 1")]
    [InlineData(":0.25", ":1.5", "property 'dropout_rate' is 1.5, expected a number from 0 to 1")]
    [InlineData(":0.25", ":-1e-9", "property 'dropout_rate' is -1e-9, expected a number from 0 to 1")]
    [InlineData(":0.25", ":1e999", "property 'dropout_rate' is 1e999, expected a number from 0 to 1")]
    [InlineData(":0.25", ":\"0.25\"", "property 'dropout_rate' is \"0.25\", expected a number from 0 to 1")]
    [InlineData(":0.25", ":null", "property 'dropout_rate' is null, expected a number from 0 to 1")]
    [InlineData("\"dropout_seed\":9", "\"dropout_seed\":-9", "property 'dropout_seed' is -9, expected an integer from 0")]
    [InlineData("\"residual\":true", "\"residual\":1", "property 'residual' is 1, expected true or false")]
    [InlineData("{\"type\":\"linear\"", "{\"type\":\"norm\"", "linear: property 'type' is \"norm\", expected one of \"linear\"")]
    [InlineData("{\"type\":\"linear\",\"weights\":\"l.weights\",\"bias\":\"l.bias\"}", "null", "linear is null, expected an object")]
    [InlineData("\"l.bias\"", "\"\"", "linear: property 'bias' is \"\", expected a non-empty string")]
    [InlineData("\"l.bias\"", "\"n.gain3\"", "bias must have the shape [2], not [3]")]
    [InlineData("\"n.gain\"", "\"n.gain3\"", "norm: shift must have the shape [3], not [2]")]
    [InlineData(":1E-05", ":0", "must be positive")]
    [InlineData(":1E-05", ":-1", "norm: property 'epsilon' is -1, expected a number from 0")]
    public void A_wrong_dense_layer_is_reported_with_what_was_expected(string from, string to, string message)
    {
        var layer = new DenseLayer<float>(Linear<float>.Create("l", 2, 2, 0, 0), NormLayer<float>.Create("n", 2), Activation.Relu, 0.25, 9, true);
        var other = new DenseParameter<float>("n.gain3", new Tensor<float>(new Shape(3)));
        new Described(Describe(layer).Description, [.. layer.Parameters, other]).RefusesChange(LayerCodec.Read, from, to, message);
    }

    [Theory]
    [InlineData("\"c.1.projection\"", "\"c.1.weights\"", "layer 1: projection must have the shape [3, 2], not [2, 3]")]
    [InlineData("\"c.1.projection\"", "null", "layer 1: linear must have as many inputs as its 3 outputs, not 2")]
    [InlineData("\"c.1.projection\"", "7", "layer 1: property 'projection' is 7, expected a non-empty string")]
    [InlineData("[{", "[7,{", "layer 0 is 7, expected an object")]
    public void A_wrong_cross_network_is_reported_with_its_layer(string from, string to, string message) =>
        Describe(CrossNetwork<float>.Create("c", 3, 2, 2, 0, 0)).RefusesChange(LayerCodec.Read, from, to, message);

    [Fact]
    public void A_cross_network_without_layers_or_a_list_of_them_is_reported()
    {
        Described cross = Describe(CrossNetwork<float>.Create("c", 3, 1, 2, 0, 0));
        const string Layer = """[{"projection":"c.0.projection","linear":{"type":"linear","weights":"c.0.weights","bias":"c.0.bias"}}]""";
        cross.RefusesChange(LayerCodec.Read, Layer, "[]", "at least one layer");
        cross.RefusesChange(LayerCodec.Read, Layer, "{}", "property 'layers' is {}, expected an array");
    }

    [Fact]
    public void A_tensor_that_is_missing_or_of_another_rank_is_reported()
    {
        Linear<float> linear = Linear<float>.Create("l", 2, 3, 0, 0);
        Described described = Describe(linear);
        string missing = described.Description.Replace("l.bias", "l.none", StringComparison.Ordinal), matrix = described.Description.Replace("l.bias", "l.weights", StringComparison.Ordinal);
        Assert.Contains("l.none", Assert.Throws<SnapshotFormatException>(() => described.Read(LayerCodec.Read, missing)).Message, StringComparison.Ordinal);
        Assert.Contains("rank 2, expected 1", Assert.Throws<SnapshotFormatException>(() => described.Read(LayerCodec.Read, matrix)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_that_name_one_parameter_share_it()
    {
        var shared = new CrossLayer<float>(Linear<float>.Create("l", 3, 3, 0, 0));
        var network = new CrossNetwork<float>([shared, shared]);
        var read = (CrossNetwork<float>)new Described(Describe(network).Description, shared.Parameters).Read(LayerCodec.Read);
        Assert.Same(read.Layers[0].Linear.Weights, read.Layers[1].Linear.Weights);
    }

    [Fact]
    public void A_layer_from_elsewhere_is_not_written()
    {
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => Describe(new Foreign()));
        Assert.Contains("Foreign", error.Message, StringComparison.Ordinal);
    }

    private static Described Describe(Layer<float> layer) => new(Described.Write(json => LayerCodec.Write(json, layer)), layer.Parameters);

    private static Layer<float> Random(string kind, Draw draw)
    {
        (int inputs, int outputs, ulong seed) = (draw.Length(), draw.Length(), draw.Seed);
        Linear<float> linear = Linear<float>.Create("l", inputs, outputs, seed, 1);
        NormLayer<float> norm = NormLayer<float>.Create("n", kind == "norm" ? inputs : outputs, Math.Pow(10, draw.Uniform(-6, 0)));
        return kind switch
        {
            "linear" => linear,
            "norm" => norm,
            "dense" => new DenseLayer<float>(
                linear,
                draw.Bool() ? norm : null,
                draw.OneOf(Activation.None, Activation.Relu, Activation.Tanh),
                draw.OneOf<double>(0, draw.Uniform()),
                draw.OneOf<ulong>(0, ulong.MaxValue, (seed + 1) * 0x9E3779B97F4A7C15),
                draw.Bool()),
            _ => CrossNetwork<float>.Create("c", inputs, draw.Between(1, 3), draw.Bool() ? draw.Between(1, inputs) : null, seed, 1),
        };
    }

    private sealed class Foreign : Layer<float>
    {
        public override int Inputs => 1;

        public override int Outputs => 1;

        public override IReadOnlyList<Parameter<float>> Parameters => [];

        public override Variable<float> Apply(Variable<float> x, TowerPass pass = default) => x;
    }
}
