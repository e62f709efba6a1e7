using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class LinearTests
{
    [Fact]
    public void The_output_is_what_the_formula_says() => RandomCases.Check(draw =>
    {
        (int rows, int inputs, int outputs) = (draw.Length(), draw.Length(), draw.Length());

        // Positive, so that no sum cancels to a number that float cannot resolve.
        double[] x = draw.Values(rows * inputs, Domain.Positive), w = draw.Values(inputs * outputs, Domain.Positive), b = draw.Values(outputs, Domain.Positive);
        double[] expected = new double[rows * outputs];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < outputs; j++)
            {
                expected[(i * outputs) + j] = b[j] + Enumerable.Range(0, inputs).Sum(p => x[(i * inputs) + p] * w[(p * outputs) + j]);
            }
        }

        Check<double>(1e-12);
        Check<float>(1e-5);

        void Check<T>(double tolerance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var layer = new Linear<T>(
                new DenseParameter<T>("w", Matrix<T>(w, inputs, outputs)),
                new DenseParameter<T>("b", new Tensor<T>(new Shape(outputs), Array.ConvertAll(b, T.CreateChecked))));
            Agree.InNorm<T>("output", expected, layer.Apply(new Tape<T>().Constant(Matrix<T>(x, rows, inputs))).Value.Span, tolerance);
        }
    });

    [Fact]
    public void Gradients_of_input_weights_and_bias_agree_with_central_differences() => RandomCases.Check(
        draw =>
        {
            (int rows, int inputs, int outputs) = (draw.Length(), draw.Length(), draw.Length());
            var x = new DenseParameter<double>("x", draw.Tensor<double>(new Shape(rows, inputs)));
            Linear<double> layer = Linear<double>.Create("layer", inputs, outputs, draw.Seed, 1);
            GradientCheck.Run(tape => layer.Apply(tape.Parameter(x)), [x, layer.Weights, layer.Bias], draw.Seed).ThrowIfFailed();
        },
        cases: 40,
        size: 6);

    [Fact]
    public void A_new_layer_has_weights_within_the_limit_a_bias_of_zero_and_names()
    {
        Linear<float> layer = Linear<float>.Create("tower", 30, 24, seed: 5, stream: 2);

        // √(6 / (30 + 24)) = 1/3; of 720 uniform numbers the largest is near the limit and the mean near 0.
        float largest = layer.Weights.Value.Span.ToArray().Max(Math.Abs);
        Assert.InRange(largest, 0.32f, 0.33334f);
        Assert.InRange(layer.Weights.Value.Span.ToArray().Average(), -0.03, 0.03);
        Assert.True(layer.Bias.Value.Span.IndexOfAnyExcept(0f) < 0);
        Assert.Equal(("tower.weights", "tower.bias"), (layer.Weights.Name, layer.Bias.Name));
        Assert.Equal(new Shape(30, 24), layer.Weights.Value.Shape);
    }

    [Fact]
    public void Seed_and_stream_decide_the_weights()
    {
        float[] weights = Weights(5, 2);
        Assert.Equal(weights, Weights(5, 2));
        Assert.NotEqual(weights, Weights(6, 2));
        Assert.NotEqual(weights, Weights(5, 3));

        static float[] Weights(ulong seed, ulong stream) => Linear<float>.Create("l", 4, 3, seed, stream).Weights.Value.Span.ToArray();
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        var weights = new DenseParameter<float>("w", new Tensor<float>(new Shape(2, 3)));
        ArgumentException error = Assert.Throws<ArgumentException>("bias", () => new Linear<float>(weights, Vector(2)));
        Assert.Contains("[3], not [2]", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>("weights", () => new Linear<float>(Vector(3), Vector(3)));
        Assert.Contains("[inputs, outputs], not [3]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>("weights", () => new Linear<float>(null!, Vector(3)));
        Assert.Throws<ArgumentNullException>("bias", () => new Linear<float>(weights, null!));

        static DenseParameter<float> Vector(int length) => new("v", new Tensor<float>(new Shape(length)));
    }

    private static Tensor<T> Matrix<T>(double[] values, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new(new Shape(rows, columns), Array.ConvertAll(values, T.CreateChecked));
}
