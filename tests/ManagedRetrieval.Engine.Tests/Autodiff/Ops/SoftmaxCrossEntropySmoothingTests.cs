using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

/// <summary>Label smoothing of <see cref="SoftmaxCrossEntropy{T}"/>.</summary>
public class SoftmaxCrossEntropySmoothingTests
{
    [Theory]
    [InlineData(0.1, false)]
    [InlineData(0.1, true)]
    [InlineData(0.9, false)]
    public void Is_what_its_formula_says(double smoothing, bool weighted) => OpCheck.Run(draw =>
    {
        (int rows, int width) = (draw.Length(minimum: 0), draw.Length());
        int[] labels = draw.Ids(rows, width);
        OpInput logits = new("logits", new Shape(rows, width));
        return new OpCase
        {
            Op = (new SoftmaxCrossEntropy<double>(smoothing), new SoftmaxCrossEntropy<float>(smoothing)),
            Inputs = weighted ? [logits, new OpInput("weights", new Shape(rows))] : [logits],
            Indices = new OpIndices(labels),
            Output = new Shape(rows),
            LinearIn = weighted ? [1] : [],
            Reference = inputs => Reference(inputs[0], labels, width, smoothing, weighted ? inputs[1] : null),
        };
    });

    [Fact]
    public void The_loss_and_its_gradient_are_right_where_entries_are_removed() => RandomCases.Check(draw =>
    {
        (int rows, int width) = (draw.Length(), draw.Length());
        int[] labels = draw.Ids(rows, width), offsets = [.. Enumerable.Range(0, rows + 1)];
        OpIndices removals = ListLoss.Removals(draw, new OpIndices(labels, offsets), width);
        var logits = new DenseParameter<double>("logits", draw.Tensor<double>(new Shape(rows, width)));
        var tape = new Tape<double>();
        Tensor<double> removed = tape.Constant(logits.Value).RemoveEntries(removals.Values, removals.Offsets).Value;
        Agree.InNorm<double>("loss", Reference(removed.Span.ToArray(), labels, width, 0.2), Loss(tape).Value.Span, 1e-12, 1e-2);
        GradientCheck.Run(Loss, [logits], draw.Seed).ThrowIfFailed();
        GradientCheck.RunJacobian(Loss, [logits]).ThrowIfFailed();
        Variable<double> x = tape.Input(removed);
        tape.Backward(x.SoftmaxCrossEntropy(labels, 0.2).Sum());
        for (int i = 0; i < removed.Shape.Length; i++)
        {
            Assert.True(double.IsFinite(removed.Span[i]) || x.Gradient.Span[i] == 0, $"removed entry {i} got {x.Gradient.Span[i]}");
        }

        Variable<double> Loss(Tape<double> on) =>
            on.Parameter(logits).RemoveEntries(removals.Values, removals.Offsets).SoftmaxCrossEntropy(labels, 0.2);
    });

    [Fact]
    public void A_small_case_by_hand()
    {
        var tape = new Tape<double>();
        Variable<double> logits = tape.Input(Tensor<double>.Of(new[,] { { Math.Log(3), double.NegativeInfinity, 0 } }));
        Variable<double> loss = logits.SoftmaxCrossEntropy(new[] { 0 }, labelSmoothing: 0.2);
        tape.Backward(loss);
        Agree.InNorm<double>("loss", [Math.Log(4) - (0.9 * Math.Log(3))], loss.Value.Span, 1e-15);
        Agree.InNorm<double>("gradient", [-0.15, 0, 0.15], logits.Gradient.Span, 1e-15);
        Assert.Equal(0, logits.Gradient.Span[1]);
    }

    [Fact]
    public void Weights_multiply_the_smoothed_loss()
    {
        var tape = new Tape<double>();
        Variable<double> logits = tape.Input(Tensor<double>.Of(new[,] { { Math.Log(3), 0 } }));
        Variable<double> weights = tape.Input(Tensor<double>.Of(4));
        Variable<double> loss = logits.SoftmaxCrossEntropy(new[] { 0 }, weights, labelSmoothing: 0.2);
        tape.Backward(loss);
        double unweighted = Math.Log(4) - (0.9 * Math.Log(3));
        Agree.InNorm<double>("loss", [4 * unweighted], loss.Value.Span, 1e-15);
        Agree.InNorm<double>("gradient", [-0.6, 0.6], logits.Gradient.Span, 1e-15);
        Agree.InNorm<double>("the weight's gradient", [unweighted], weights.Gradient.Span, 1e-15);
    }

    [Fact]
    public void A_label_that_stands_alone_costs_nothing_and_moves_nothing_at_any_width()
    {
        for (int width = 1; width <= 70; width++)
        {
            Alone<float>(width);
            Alone<double>(width);
        }
    }

    [Theory]
    [InlineData(1e4f)]
    [InlineData(-1e4f)]
    [InlineData(1e-30f)]
    public void Large_and_tiny_logits_stay_finite(float logit)
    {
        var tape = new Tape<float>();
        Variable<float> logits = tape.Input(Tensor<float>.Of(new[,] { { logit, 0, -logit }, { logit, logit, logit } }));
        Variable<float> loss = logits.SoftmaxCrossEntropy(new[] { 2, 0 }, labelSmoothing: 0.1);
        tape.Backward(loss.Sum());
        Agree.InNorm<float>("loss", Reference([logit, 0, -logit, logit, logit, logit], [2, 0], 3, 0.1), loss.Value.Span, 1e-6);
        Assert.All(logits.Gradient.Span.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_smoothing_outside_zero_to_one_is_refused(double labelSmoothing) => Refusal.Of<ArgumentOutOfRangeException>(
        () => _ = new SoftmaxCrossEntropy<float>(labelSmoothing), "'labelSmoothing'", "at least 0 and less than 1");

    private static void Alone<T>(int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new Tensor<T>(new Shape(1, width));
        values.Span.Fill(T.NegativeInfinity);
        values.Span[width / 2] = T.CreateChecked(3);
        var tape = new Tape<T>();
        Variable<T> logits = tape.Input(values);
        Variable<T> loss = logits.SoftmaxCrossEntropy(new[] { width / 2 }, labelSmoothing: 0.1);
        tape.Backward(loss);
        Assert.Equal([T.Zero], loss.Value.Span.ToArray());
        Assert.Equal(new T[width], logits.Gradient.Span.ToArray());
    }

    private static double[] Reference(double[] logits, int[] labels, int width, double smoothing, double[]? weights = null)
    {
        double[] logarithms = SoftmaxReference.LogSoftmax(logits, labels.Length, width);
        double[] result = new double[labels.Length];
        for (int i = 0; i < result.Length; i++)
        {
            double sum = 0;
            int kept = 0;
            for (int j = 0; j < width; j++)
            {
                if (!double.IsNegativeInfinity(logits[(i * width) + j]))
                {
                    sum += logarithms[(i * width) + j];
                    kept++;
                }
            }

            double loss = -((1 - smoothing) * logarithms[(i * width) + labels[i]]) - (smoothing * sum / kept);
            result[i] = loss * (weights?[i] ?? 1);
        }

        return result;
    }
}
