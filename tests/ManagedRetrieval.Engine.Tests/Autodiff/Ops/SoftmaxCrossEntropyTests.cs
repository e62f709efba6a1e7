using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class SoftmaxCrossEntropyTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw => Case(draw, weighted: false));

    [Fact]
    public void Is_what_its_formula_says_with_weights() => OpCheck.Run(draw => Case(draw, weighted: true));

    [Theory]
    [InlineData(1e4f)]
    [InlineData(-1e4f)]
    [InlineData(1e-30f)]
    public void Large_and_tiny_logits_stay_finite(float logit)
    {
        var tape = new Tape<float>();
        Variable<float> logits = tape.Input(Tensor<float>.Of(new[,] { { logit, 0, -logit }, { logit, logit, logit } }));
        Variable<float> loss = logits.SoftmaxCrossEntropy(new[] { 2, 0 });
        tape.Backward(loss.Sum());
        Agree.InNorm<float>("loss", SoftmaxReference.CrossEntropy([logit, 0, -logit, logit, logit, logit], [2, 0], 3), loss.Value.Span, 1e-6);
        Assert.All(logits.Gradient.Span.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(25)]
    [InlineData(60)]
    public void A_row_that_is_sure_of_itself_keeps_the_digits_of_its_small_loss_and_slope(float lead)
    {
        var tape = new Tape<float>();
        Variable<float> logits = tape.Input(Tensor<float>.Of(new[,] { { lead, 0, -1 } }));
        Variable<float> loss = logits.SoftmaxCrossEntropy(new[] { 0 });
        tape.Backward(loss);

        // ln(1 + u) with u = e^−lead + e^(−1−lead), and −u / (1 + u).
        double u = Math.Exp(-lead) + Math.Exp(-1 - lead);
        double expected = u > 1e-4 ? Math.Log(1 + u) : u - (u * u / 2);
        Assert.Equal(1, loss.Value.Span[0] / expected, 1e-5);
        Assert.Equal(1, logits.Gradient.Span[0] / (-u / (1 + u)), 1e-5);
    }

    [Fact]
    public void A_removed_entry_gets_exactly_zero_gradient_and_does_not_move_the_loss()
    {
        var tape = new Tape<double>();
        Variable<double> with = tape.Input(Tensor<double>.Of(new[,] { { 0.5, double.NegativeInfinity, -1.25 } }));
        Variable<double> without = tape.Input(Tensor<double>.Of(new[,] { { 0.5, -1.25 } }));
        (Variable<double> loss, Variable<double> expected) = (with.SoftmaxCrossEntropy(new[] { 2 }), without.SoftmaxCrossEntropy(new[] { 1 }));
        Agree.InNorm<double>("loss", expected.Value.Span, loss.Value.Span, 1e-15);
        tape.Backward(loss);
        tape.Backward(expected);
        Assert.Equal(0, with.Gradient.Span[1]);
        Agree.InNorm<double>("kept gradients", without.Gradient.Span, [with.Gradient.Span[0], with.Gradient.Span[2]], 1e-15);
    }

    [Fact]
    public void A_label_that_stands_alone_costs_nothing_and_moves_nothing()
    {
        var tape = new Tape<double>();
        Variable<double> logits = tape.Input(Tensor<double>.Of(new[,] { { double.NegativeInfinity, 3, double.NegativeInfinity } }));
        Variable<double> loss = logits.SoftmaxCrossEntropy(new[] { 1 });
        tape.Backward(loss);
        Assert.Equal(0, loss.Value.Span[0]);
        Assert.Equal([0, 0, 0], logits.Gradient.Span.ToArray());
    }

    [Fact]
    public void A_label_that_stands_alone_moves_nothing_in_float_at_any_width()
    {
        for (int width = 1; width <= 70; width++)
        {
            var tape = new Tape<float>();
            var values = new Tensor<float>(new Shape(1, width));
            values.Span.Fill(float.NegativeInfinity);
            values.Span[width / 2] = 3;
            Variable<float> logits = tape.Input(values);
            Variable<float> loss = logits.SoftmaxCrossEntropy(new[] { width / 2 });
            tape.Backward(loss);
            Assert.True(loss.Value.Span[0] == 0, $"width {width}: loss {loss.Value.Span[0]:g9}");
            Assert.Equal(new float[width], logits.Gradient.Span.ToArray());
        }
    }

    [Fact]
    public void A_removed_label_costs_infinity()
    {
        Variable<double> logits = new Tape<double>().Constant(Tensor<double>.Of(new[,] { { 0, double.NegativeInfinity } }));
        Assert.Equal(double.PositiveInfinity, logits.SoftmaxCrossEntropy(new[] { 1 }).Value.Span[0]);
    }

    [Fact]
    public void A_row_of_weight_zero_moves_nothing_but_its_weight()
    {
        var tape = new Tape<double>();
        Variable<double> logits = tape.Input(Tensor<double>.Of(new double[,] { { 1, 2 } }));
        Variable<double> weights = tape.Input(Tensor<double>.Of(0));
        Variable<double> loss = logits.SoftmaxCrossEntropy(new[] { 0 }, weights);
        tape.Backward(loss);
        Assert.Equal(0, loss.Value.Span[0]);
        Assert.Equal([0, 0], logits.Gradient.Span.ToArray());
        Agree.InNorm<double>("the weight's gradient", [Math.Log(1 + Math.E)], weights.Gradient.Span, 1e-14);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public void A_label_that_is_no_column_is_refused(int label) => Refusal.Of<ArgumentOutOfRangeException>(
        () => Logits(2, 3).SoftmaxCrossEntropy(new[] { 0, label }), "SoftmaxCrossEntropy", "labels", "from 0 to 2", "number 1", $"is {label}");

    [Fact]
    public void Another_number_of_labels_is_refused() => Refusal.Of<ArgumentException>(
        () => Logits(2, 3).SoftmaxCrossEntropy(new[] { 0, 1, 2 }), "SoftmaxCrossEntropy", "labels", "needs 2", "not 3");

    [Fact]
    public void Another_number_of_weights_is_refused()
    {
        Variable<float> logits = Logits(2, 3);
        Variable<float> weights = logits.Tape.Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => logits.SoftmaxCrossEntropy(new[] { 0, 0 }, weights), "SoftmaxCrossEntropy", "weights", "[2]", "[3]");
    }

    [Fact]
    public void Anything_but_a_matrix_is_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => x.SoftmaxCrossEntropy(new[] { 0 }), "SoftmaxCrossEntropy", "logits", "rank 2", "[3]");
    }

    private static Variable<float> Logits(int rows, int columns) => new Tape<float>().Constant(new Tensor<float>(new Shape(rows, columns)));

    private static OpCase Case(Draw draw, bool weighted)
    {
        (int rows, int width) = (draw.Length(minimum: 0), draw.Length());
        int[] labels = draw.Ids(rows, width);
        OpInput logits = new("logits", new Shape(rows, width));
        return new OpCase
        {
            Op = (new SoftmaxCrossEntropy<double>(), new SoftmaxCrossEntropy<float>()),
            Inputs = weighted ? [logits, new OpInput("weights", new Shape(rows))] : [logits],
            Indices = new OpIndices(labels),
            Output = new Shape(rows),
            LinearIn = weighted ? [1] : [],
            Reference = inputs => SoftmaxReference.CrossEntropy(inputs[0], labels, width, weighted ? inputs[1] : null),
        };
    }
}
