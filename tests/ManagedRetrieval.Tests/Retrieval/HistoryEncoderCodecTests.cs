using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Persistence;
using ManagedRetrieval.Retrieval;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Towers;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Retrieval;

public class HistoryEncoderCodecTests
{
    public static TheoryData<string> Kinds => HistorySamples.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_encoder_that_was_read_gives_the_same_bits_and_is_written_the_same(string kind) => RandomCases.Check(
        draw =>
        {
            HistoryEncoder<float> encoder = HistorySamples.Make<float>(kind, draw.Length(), draw);
            Described before = Describe(encoder);
            HistoryEncoder<float> read = before.Read(HistoryEncoderCodec.Read);
            Assert.IsType(encoder.GetType(), read);
            Assert.Equal(encoder.Parameters.Select(parameter => parameter.Name), read.Parameters.Select(parameter => parameter.Name));
            Assert.Equal(before.Description, Describe(read).Description);
            int[] offsets = HistorySamples.Offsets(draw);
            Tensor<float> rows = draw.Tensor<float>(new Shape(offsets[^1], encoder.Inputs));
            foreach (TowerPass pass in new[] { TowerPass.Evaluation, TowerPass.Training(draw.Below(1000)) })
            {
                Agree.Exactly<float>(
                    "output", encoder.Apply(new Tape<float>().Constant(rows), offsets, pass).Value.Span, read.Apply(new Tape<float>().Constant(rows), offsets, pass).Value.Span);
            }
        },
        cases: 50);

    [Fact]
    public void The_descriptions_are_as_documented()
    {
        Assert.Equal("""{"type":"mean","width":7}""", Describe(new MeanHistory<float>(7)).Description);
        Assert.Equal(
            """{"type":"attention_pooling","linear":{"type":"linear","weights":"p.weights","bias":"p.bias"},"vector":"p.vector"}""",
            Describe(AttentionPooling<float>.Create("p", 2, 3, 0, 0)).Description);
        Assert.Equal(
            """{"type":"recurrent","linear":{"type":"linear","weights":"r.weights","bias":"r.bias"},"recurrent_weights":"r.recurrent_weights","recurrent_bias":"r.recurrent_bias"}""",
            Describe(RecurrentHistory<float>.Create("r", 2, 3, 0, 0)).Description);
        string causal = Describe(CausalAttentionHistory<float>.Create("c", 2, new CausalAttentionOptions { Blocks = 1, DropoutRate = 0.1 }, 0, 0)).Description;
        Assert.StartsWith("""{"type":"causal_attention","positions":"c.positions","blocks":[{"attention_norm":{"type":"norm",""", causal, StringComparison.Ordinal);
        Assert.Contains(""","query":"c.0.query","key":"c.0.key","value":"c.0.value","hidden_norm":{""", causal, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_property_is_required_once_and_no_other_is_allowed(string kind) =>
        Describe(HistorySamples.Make<float>(kind, 3, new Draw(4, 6))).RefusesEdits(HistoryEncoderCodec.Read);

    [Theory]
    [InlineData("mean", "\"mean\"", "\"max\"", "property 'type' is \"max\", expected one of \"mean\", \"attention_pooling\", \"recurrent\", \"causal_attention\"")]
    [InlineData("mean", ":3", ":0", "property 'width' is 0, expected an integer from 1")]
    [InlineData("pooling", "\"h.vector\"", "\"h.weights\"", "vector must have the shape [2, 1], not [3, 2]")]
    [InlineData("pooling", "\"h.vector\"", "null", "property 'vector' is null, expected a non-empty string")]
    [InlineData("recurrent", "\"h.recurrent_weights\"", "\"h.weights\"", "recurrentWeights must have the shape [h, 3h], not [3, 6]")]
    [InlineData("causal", "\"h.0.query\"", "\"h.0.inner.weights\"", "block 0: query must have the shape [3, 3], not [3, 2]")]
    [InlineData("causal", "\"h.positions\"", "\"h.0.inner.weights\"", "blocks must have the positions' width 2, but block 0 has 3")]
    [InlineData("causal", "\"blocks\":[", "\"blocks\":[1,", "block 0 is 1, expected an object")]
    [InlineData("causal", "\"blocks\":[", "\"blocks\":0,\"more\":[", "property 'more'")]
    [InlineData("causal", "\"relu\",\"dropout_rate\":0.5", "\"relu\",\"dropout_rate\":2", "block 0, inner: property 'dropout_rate' is 2, expected a number from 0 to 1")]
    public void A_wrong_encoder_is_reported_with_what_was_expected(string kind, string from, string to, string message)
    {
        HistoryEncoder<float> encoder = kind switch
        {
            "mean" => new MeanHistory<float>(3),
            "pooling" => AttentionPooling<float>.Create("h", 3, 2, 0, 0),
            "recurrent" => RecurrentHistory<float>.Create("h", 3, 2, 0, 0),
            _ => CausalAttentionHistory<float>.Create("h", 3, new CausalAttentionOptions { MaximumLength = 4, Blocks = 1, Hidden = 2, DropoutRate = 0.5 }, 0, 0),
        };
        Describe(encoder).RefusesChange(HistoryEncoderCodec.Read, from, to, message);
    }

    [Fact]
    public void A_tensor_that_is_missing_is_reported()
    {
        Described described = Describe(AttentionPooling<float>.Create("p", 2, 3, 0, 0));
        string missing = described.Description.Replace("p.vector", "p.none", StringComparison.Ordinal);
        Assert.Contains("p.none", Assert.Throws<SnapshotFormatException>(() => described.Read(HistoryEncoderCodec.Read, missing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoder_from_elsewhere_is_not_written()
    {
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => Describe(new Foreign()));
        Assert.Contains("Foreign", error.Message, StringComparison.Ordinal);
    }

    private static Described Describe(HistoryEncoder<float> encoder) => new(Described.Write(json => HistoryEncoderCodec.Write(json, encoder)), encoder.Parameters);

    private sealed class Foreign : HistoryEncoder<float>
    {
        public override int Inputs => 1;

        public override int Outputs => 1;

        public override IReadOnlyList<Parameter<float>> Parameters => [];

        public override Variable<float> Apply(Variable<float> rows, ReadOnlyMemory<int> offsets, TowerPass pass = default) => rows;
    }
}
