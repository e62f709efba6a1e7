using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class LogSoftmaxTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        (int rows, int width) = (draw.Length(minimum: 0), draw.Length());
        return new OpCase
        {
            Op = (new LogSoftmax<double>(), new LogSoftmax<float>()),
            Inputs = [new OpInput("logits", new Shape(rows, width))],
            Output = new Shape(rows, width),
            Reference = inputs => SoftmaxReference.LogSoftmax(inputs[0], rows, width),
        };
    });

    [Theory]
    [InlineData(1e4f)]
    [InlineData(-1e4f)]
    [InlineData(1e-30f)]
    public void Large_and_tiny_logits_stay_finite(float logit)
    {
        var tape = new Tape<float>();
        Variable<float> logits = tape.Input(Tensor<float>.Of(new[,] { { logit, 0, -logit }, { logit, logit, logit } }));
        Variable<float> y = logits.LogSoftmax();
        tape.Backward(y, Tensor<float>.Of(new[,] { { 1f, 2, 3 }, { 1, 2, 3 } }));
        Assert.All(y.Value.Span.ToArray(), value => Assert.True(float.IsFinite(value)));
        Assert.All(logits.Gradient.Span.ToArray(), value => Assert.True(float.IsFinite(value)));
        Agree.InNorm<float>("a row of equal logits", [-Math.Log(3), -Math.Log(3), -Math.Log(3)], y.Value.Row(1), 1e-6);
    }

    [Fact]
    public void A_removed_entry_has_probability_exactly_zero_and_does_not_move_the_others()
    {
        var tape = new Tape<double>();
        Variable<double> with = tape.Input(Tensor<double>.Of(new[,] { { 0.5, double.NegativeInfinity, -1.25, 2 } }));
        Variable<double> without = tape.Input(Tensor<double>.Of(new[,] { { 0.5, -1.25, 2 } }));
        (Variable<double> y, Variable<double> z) = (with.LogSoftmax(), without.LogSoftmax());
        Assert.Equal(double.NegativeInfinity, y.Value.Span[1]);
        Assert.Equal(0, Math.Exp(y.Value.Span[1]));
        Agree.InNorm<double>("the kept entries", z.Value.Span, [y.Value.Span[0], y.Value.Span[2], y.Value.Span[3]], 1e-15);
        tape.Backward(y, Tensor<double>.Of(new double[,] { { 1, 0, 2, -5 } }));
        tape.Backward(z, Tensor<double>.Of(new double[,] { { 1, 2, -5 } }));
        Assert.Equal(0, with.Gradient.Span[1]);
        Agree.InNorm<double>("the kept gradients", without.Gradient.Span, [with.Gradient.Span[0], with.Gradient.Span[2], with.Gradient.Span[3]], 1e-15);
    }

    [Fact]
    public void Picking_the_label_gives_the_cross_entropy() => RandomCases.Check(draw =>
    {
        (int rows, int width) = (draw.Length(), draw.Length());
        Tensor<double> logits = draw.Tensor<double>(new Shape(rows, width));
        int[] labels = draw.Ids(rows, width);
        var pick = new Tensor<double>(logits.Shape);
        for (int i = 0; i < rows; i++)
        {
            pick.Row(i)[labels[i]] = -1;
        }

        var tape = new Tape<double>();
        (Variable<double> first, Variable<double> second) = (tape.Input(logits), tape.Input(logits));
        Variable<double> picked = first.LogSoftmax().Multiply(tape.Constant(pick)).Sum();
        Variable<double> fused = second.SoftmaxCrossEntropy(labels).Sum();
        Agree.InNorm<double>("loss", picked.Value.Span, fused.Value.Span, 1e-13);
        tape.Backward(picked);
        tape.Backward(fused);
        Agree.InNorm<double>("gradient", first.Gradient.Span, second.Gradient.Span, 1e-12);
    });

    [Fact]
    public void Anything_but_a_matrix_is_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => x.LogSoftmax(), "LogSoftmax", "logits", "rank 2", "[3]");
    }

    [Fact]
    public void Rows_without_columns_are_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(3, 0)));
        Refusal.Of<ArgumentException>(() => x.LogSoftmax(), "LogSoftmax", "logits", "at least one column", "[3, 0]");
    }
}
