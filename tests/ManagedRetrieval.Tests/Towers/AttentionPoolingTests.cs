using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class AttentionPoolingTests
{
    [Fact]
    public void The_output_is_that_of_plain_loops() => RandomCases.Check(draw =>
    {
        var encoder = (AttentionPooling<double>)HistorySamples.Make<double>("pooling", draw.Length(), draw);
        int[] offsets = HistorySamples.Offsets(draw);
        Tensor<double> x = draw.Tensor<double>(new Shape(offsets[^1], encoder.Inputs));
        double[][] rows = SlowLayers.Rows(x);
        double[] expected = [.. Enumerable.Range(0, offsets.Length - 1).SelectMany(i => Pool(rows[offsets[i]..offsets[i + 1]], encoder))];
        Agree.InNorm<double>("output", expected, encoder.Apply(new Tape<double>().Constant(x), offsets).Value.Span, 1e-11);
    });

    [Fact]
    public void A_vector_of_zeros_gives_the_mean_and_a_long_one_the_row_of_the_highest_score()
    {
        AttentionPooling<double> encoder = AttentionPooling<double>.Create("p", 1, 1, 0, 0);
        encoder.Linear.Weights.Value.Span[0] = 1;
        Assert.Equal(2, Pooled(0), 1e-12);
        Assert.Equal(3, Pooled(1e5), 1e-12);
        Assert.Equal(1, Pooled(-1e5), 1e-12);

        double Pooled(double vector)
        {
            encoder.Vector.Value.Span[0] = vector;
            return encoder.Apply(new Tape<double>().Constant(Tensor<double>.Of(new double[,] { { 1 }, { 3 }, { 2 } })), new[] { 0, 3 }).Value.Span[0];
        }
    }

    [Fact]
    public void A_new_encoder_has_weights_within_their_limits_and_names()
    {
        AttentionPooling<float> encoder = AttentionPooling<float>.Create("p", 30, 24, 5, 2);
        Assert.Equal(["p.weights", "p.bias", "p.vector"], encoder.Parameters.Select(parameter => parameter.Name));
        Assert.InRange(encoder.Linear.Weights.Value.Span.ToArray().Max(Math.Abs), 0.32f, 0.33334f);
        Assert.InRange(encoder.Vector.Value.Span.ToArray().Max(Math.Abs), 0.3, Math.Sqrt(6.0 / 25) + 1e-6);
        Assert.NotEqual(encoder.Linear.Weights.Value.Span[0] * 3, encoder.Vector.Value.Span[0] / Math.Sqrt(6.0 / 25), 1e-3);
        Assert.Equal((30, 30), (encoder.Inputs, encoder.Outputs));
        Assert.NotEqual(encoder.Vector.Value.Span.ToArray(), AttentionPooling<float>.Create("p", 30, 24, 5, 3).Vector.Value.Span.ToArray());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Linear<float> linear = Linear<float>.Create("l", 2, 3, 0, 0);
        Assert.Throws<ArgumentNullException>("linear", () => new AttentionPooling<float>(null!, linear.Bias));
        Assert.Throws<ArgumentNullException>("vector", () => new AttentionPooling<float>(linear, null!));
        Refusal.Of<ArgumentException>(() => _ = new AttentionPooling<float>(linear, linear.Bias), "vector", "[3, 1], not [3]");
        Assert.Throws<ArgumentOutOfRangeException>("width", () => AttentionPooling<float>.Create("p", 0, 1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>("hidden", () => AttentionPooling<float>.Create("p", 1, 0, 0, 0));
    }

    private static double[] Pool(double[][] rows, AttentionPooling<double> encoder)
    {
        double[] vector = encoder.Vector.Value.Span.ToArray();
        double[] scores = [.. SlowLayers.Linear(rows, encoder.Linear).Select(hidden => hidden.Select((value, j) => Math.Tanh(value) * vector[j]).Sum())];
        return SlowLayers.Weighted(rows, SlowLayers.Softmax(scores), encoder.Inputs);
    }
}
