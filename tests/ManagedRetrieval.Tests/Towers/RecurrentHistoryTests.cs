using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class RecurrentHistoryTests
{
    [Fact]
    public void The_output_is_that_of_plain_loops() => RandomCases.Check(draw =>
    {
        var encoder = (RecurrentHistory<double>)HistorySamples.Make<double>("recurrent", draw.Length(), draw);
        int[] offsets = HistorySamples.Offsets(draw);
        Tensor<double> x = draw.Tensor<double>(new Shape(offsets[^1], encoder.Inputs));
        double[][] rows = SlowLayers.Rows(x);
        double[] expected = [.. Enumerable.Range(0, offsets.Length - 1).SelectMany(i => Last(rows[offsets[i]..offsets[i + 1]], encoder))];
        Agree.InNorm<double>("output", expected, encoder.Apply(new Tape<double>().Constant(x), offsets).Value.Span, 1e-11);
    });

    [Fact]
    public void A_new_encoder_has_weights_within_their_limit_and_names()
    {
        RecurrentHistory<float> encoder = RecurrentHistory<float>.Create("r", 5, 16, 5, 2);
        Assert.Equal(["r.weights", "r.bias", "r.recurrent_weights", "r.recurrent_bias"], encoder.Parameters.Select(parameter => parameter.Name));
        Assert.Equal((5, 16), (encoder.Inputs, encoder.Outputs));
        Assert.InRange(encoder.Linear.Weights.Value.Span.ToArray().Max(Math.Abs), 0.24f, 0.250001f);
        Assert.InRange(encoder.RecurrentWeights.Value.Span.ToArray().Max(Math.Abs), 0.24f, 0.250001f);
        Assert.NotEqual(encoder.Linear.Weights.Value.Span[..48].ToArray(), encoder.RecurrentWeights.Value.Span[..48].ToArray());
        Assert.True(encoder.RecurrentBias.Value.Span.IndexOfAnyExcept(0f) < 0);
        Assert.NotEqual(encoder.RecurrentWeights.Value.Span.ToArray(), RecurrentHistory<float>.Create("r", 5, 16, 5, 3).RecurrentWeights.Value.Span.ToArray());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Linear<float> linear = Linear<float>.Create("l", 2, 6, 0, 0), recurrent = Linear<float>.Create("r", 2, 6, 0, 0), other = Linear<float>.Create("o", 2, 3, 0, 0);
        Assert.Throws<ArgumentNullException>("linear", () => new RecurrentHistory<float>(null!, recurrent.Weights, recurrent.Bias));
        Assert.Throws<ArgumentNullException>("recurrentWeights", () => new RecurrentHistory<float>(linear, null!, recurrent.Bias));
        Assert.Throws<ArgumentNullException>("recurrentBias", () => new RecurrentHistory<float>(linear, recurrent.Weights, null!));
        Refusal.Of<ArgumentException>(() => _ = new RecurrentHistory<float>(other, recurrent.Weights, recurrent.Bias), "linear", "6 outputs, not 3");
        Refusal.Of<ArgumentException>(() => _ = new RecurrentHistory<float>(linear, other.Weights, recurrent.Bias), "recurrentWeights", "[h, 3h], not [2, 3]");
        Refusal.Of<ArgumentException>(() => _ = new RecurrentHistory<float>(linear, recurrent.Bias, recurrent.Bias), "recurrentWeights", "[h, 3h], not [6]");
        Refusal.Of<ArgumentException>(() => _ = new RecurrentHistory<float>(linear, recurrent.Weights, other.Bias), "recurrentBias", "[6], not [3]");
        Assert.Throws<ArgumentOutOfRangeException>("width", () => RecurrentHistory<float>.Create("r", 0, 1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>("outputs", () => RecurrentHistory<float>.Create("r", 1, 0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>("outputs", () => RecurrentHistory<float>.Create("r", 1, int.MaxValue, 0, 0));
    }

    private static double[] Last(double[][] rows, RecurrentHistory<double> encoder)
    {
        int width = encoder.Outputs;
        double[] state = new double[width], bias = encoder.RecurrentBias.Value.Span.ToArray();
        foreach (double[] x in SlowLayers.Linear(rows, encoder.Linear))
        {
            double[] u = SlowLayers.Sum(SlowLayers.Product([state], encoder.RecurrentWeights)[0], bias);
            state = [.. state.Select((old, j) =>
            {
                double reset = Sigmoid(x[j] + u[j]), update = Sigmoid(x[width + j] + u[width + j]);
                double fresh = Math.Tanh(x[(2 * width) + j] + (reset * u[(2 * width) + j]));
                return ((1 - update) * fresh) + (update * old);
            })];
        }

        return state;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
