using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class KeepEntriesTests
{
    [Fact]
    public void Entries_that_are_not_listed_are_minus_infinity_and_listed_ones_stay_as_they_are() => RandomCases.Check(draw =>
    {
        (Tensor<double> logits, int[] columns, int[] offsets, bool[] removed) = Case(draw);
        ReadOnlySpan<double> y = new Tape<double>().Constant(logits).KeepEntries(columns, offsets).Value.Span;
        for (int i = 0; i < removed.Length; i++)
        {
            Assert.Equal(removed[i] ? double.NegativeInfinity : logits.Span[i], y[i]);
        }
    });

    [Fact]
    public void Entries_that_are_not_listed_get_exactly_zero_gradient_and_listed_ones_the_whole() => RandomCases.Check(draw =>
    {
        (Tensor<double> logits, int[] columns, int[] offsets, bool[] removed) = Case(draw);
        Tensor<double> cotangent = draw.Tensor<double>(logits.Shape, Domain.AwayFromZero);
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(logits);
        Variable<double> y = x.KeepEntries(columns, offsets);
        for (int passes = 1; passes <= 2; passes++)
        {
            tape.Backward(y, cotangent);
            for (int i = 0; i < removed.Length; i++)
            {
                Assert.Equal(removed[i] ? 0 : passes * cotangent.Span[i], x.Gradient.Span[i]);
            }
        }
    });

    [Fact]
    public void The_gradient_of_a_cross_entropy_over_what_is_left_is_right() => RandomCases.Check(draw =>
    {
        (Tensor<double> logits, int[] columns, int[] offsets, _) = Case(draw, keepFirst: true);
        int[] labels = new int[logits.Shape.Rows];
        var parameter = new DenseParameter<double>("logits", logits);
        Variable<double> Loss(Tape<double> tape) => tape.Parameter(parameter).KeepEntries(columns, offsets).SoftmaxCrossEntropy(labels);
        GradientCheck.Run(Loss, [parameter], draw.Seed).ThrowIfFailed();
        GradientCheck.RunJacobian(Loss, [parameter]).ThrowIfFailed();
    });

    [Fact]
    public void Whatever_value_a_removed_entry_has_the_loss_and_the_gradients_have_the_same_bits() => RandomCases.Check(draw =>
    {
        (Tensor<float> logits, int[] columns, int[] offsets, bool[] removed) = Case<float>(draw, keepFirst: true);
        Tensor<float> other = logits.Clone();
        for (int i = 0; i < removed.Length; i++)
        {
            other.Span[i] = removed[i] ? draw.OneOf(1e30f, -1e30f, float.NaN, float.PositiveInfinity) : other.Span[i];
        }

        (float[] loss, float[] gradient) = Step(logits);
        (float[] otherLoss, float[] otherGradient) = Step(other);
        Agree.Exactly<float>("loss", loss, otherLoss);
        Agree.Exactly<float>("gradient", gradient, otherGradient);

        (float[] Loss, float[] Gradient) Step(Tensor<float> values)
        {
            var tape = new Tape<float>();
            Variable<float> x = tape.Input(values);
            Variable<float> losses = x.KeepEntries(columns, offsets).SoftmaxCrossEntropy(new int[values.Shape.Rows]);
            tape.Backward(losses.Sum());
            return (losses.Value.Span.ToArray(), x.Gradient.Span.ToArray());
        }
    });

    [Fact]
    public void A_column_that_does_not_exist_is_refused() => Refusal.Of<ArgumentOutOfRangeException>(
        () => Logits().KeepEntries(new[] { 0, 3 }, new[] { 0, 1, 2 }), "KeepEntries", "columns", "from 0 to 2", "number 1", "is 3");

    [Fact]
    public void Another_number_of_lists_than_rows_is_refused() => Refusal.Of<ArgumentException>(
        () => Logits().KeepEntries(new[] { 0 }, new[] { 0, 1 }), "KeepEntries", "lists of columns", "needs 2", "not 1");

    [Fact]
    public void Anything_but_a_matrix_is_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => x.KeepEntries(Array.Empty<int>(), new[] { 0 }), "KeepEntries", "logits", "rank 2", "[3]");
    }

    private static Variable<float> Logits() => new Tape<float>().Constant(new Tensor<float>(new Shape(2, 3)));

    private static (Tensor<double> Logits, int[] Columns, int[] Offsets, bool[] Removed) Case(Draw draw, bool keepFirst = false) => Case<double>(draw, keepFirst);

    private static (Tensor<T> Logits, int[] Columns, int[] Offsets, bool[] Removed) Case<T>(Draw draw, bool keepFirst)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        (int rows, int width) = (draw.Length(), draw.Length());
        int[] offsets = new int[rows + 1];
        List<int> columns = [];
        bool[] removed = new bool[rows * width];
        Array.Fill(removed, true);
        for (int i = 0; i < rows; i++)
        {
            // Repeated columns among them.
            int[] list = draw.Ids(draw.Between(0, width), width);
            columns.AddRange(keepFirst ? [.. list, 0] : list);
            offsets[i + 1] = columns.Count;
            foreach (int column in columns.Skip(offsets[i]))
            {
                removed[(i * width) + column] = false;
            }
        }

        return (draw.Tensor<T>(new Shape(rows, width)), [.. columns], offsets, removed);
    }
}
