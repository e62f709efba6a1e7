using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

/// <summary>What every loss over lists of positives must do. Its tests derive from this class.</summary>
public abstract class ListLossContract
{
    /// <summary>The op's name in messages.</summary>
    protected abstract string Name { get; }

    /// <summary>The op with different arguments.</summary>
    protected abstract ListLoss[] Variants { get; }

    [Fact]
    public void The_loss_and_its_gradient_are_right_where_entries_are_removed() => RandomCases.Check(draw =>
    {
        ListLoss loss = draw.OneOf(Variants);
        (int rows, int width) = (draw.Length(), draw.Length());
        OpIndices lists = ListLoss.Lists(draw, rows, width), removals = ListLoss.Removals(draw, lists, width);
        var logits = new DenseParameter<double>("logits", draw.Tensor<double>(new Shape(rows, width), Domain.Spaced));
        var tape = new Tape<double>();
        double[] removed = tape.Constant(logits.Value).RemoveEntries(removals.Values, removals.Offsets).Value.Span.ToArray();
        Agree.InNorm<double>("loss", loss.Losses(removed, lists, width), Loss(tape).Value.Span, 1e-12, 1e-2);
        GradientCheck.Run(Loss, [logits], draw.Seed).ThrowIfFailed();
        GradientCheck.RunJacobian(Loss, [logits]).ThrowIfFailed();

        Variable<double> Loss(Tape<double> tape) =>
            tape.Apply(loss.InDouble, [tape.Parameter(logits).RemoveEntries(removals.Values, removals.Offsets)], lists);
    });

    [Fact]
    public void A_removed_entry_gets_exactly_zero_gradient() => RandomCases.Check(draw =>
    {
        ListLoss loss = draw.OneOf(Variants);
        (int rows, int width) = (draw.Length(), draw.Length());
        OpIndices lists = ListLoss.Lists(draw, rows, width), removals = ListLoss.Removals(draw, lists, width);
        Zero(loss.InDouble);
        Zero(loss.InFloat);

        void Zero<T>(Op<T> op)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var tape = new Tape<T>();
            Tensor<T> all = draw.Tensor<T>(new Shape(rows, width));
            Variable<T> logits = tape.Input(tape.Constant(all).RemoveEntries(removals.Values, removals.Offsets).Value);
            tape.Backward(tape.Apply(op, [logits], lists).Sum());
            for (int i = 0; i < all.Shape.Length; i++)
            {
                Assert.True(T.IsFinite(logits.Gradient.Span[i]), $"gradient {i} is {logits.Gradient.Span[i]}");
                Assert.True(T.IsFinite(logits.Value.Span[i]) || logits.Gradient.Span[i] == T.Zero, $"removed entry {i} got {logits.Gradient.Span[i]}");
            }
        }
    });

    [Fact]
    public void A_row_without_negatives_costs_exactly_nothing_and_moves_nothing_at_any_width()
    {
        var draw = new Draw(31, 1);
        for (int width = 1; width <= 70; width++)
        {
            foreach (ListLoss loss in Variants)
            {
                int[] all = [.. Enumerable.Range(0, width)];
                Nothing(loss.InDouble, all, []);
                Nothing(loss.InFloat, all, []);
                int listed = draw.Between(1, width);
                Nothing(loss.InDouble, all[..listed], all[listed..]);
                Nothing(loss.InFloat, all[..listed], all[listed..]);
            }
        }

        void Nothing<T>(Op<T> op, int[] list, int[] removed)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var tape = new Tape<T>();
            Tensor<T> values = draw.Tensor<T>(new Shape(1, list.Length + removed.Length));
            foreach (int column in removed)
            {
                values.Span[column] = T.NegativeInfinity;
            }

            Variable<T> logits = tape.Input(values);
            Variable<T> loss = tape.Apply(op, [logits], new OpIndices(list, new[] { 0, list.Length }));
            tape.Backward(loss);
            Assert.Equal([T.Zero], loss.Value.Span.ToArray());
            Assert.Equal(new T[values.Shape.Length], logits.Gradient.Span.ToArray());
        }
    }

    [Theory]
    [InlineData(1e4f)]
    [InlineData(1e-30f)]
    public void Large_and_tiny_logits_give_finite_losses_and_gradients(float magnitude) => RandomCases.Check(draw =>
    {
        ListLoss loss = draw.OneOf(Variants);
        (int rows, int width) = (draw.Length(), draw.Length());
        OpIndices lists = ListLoss.Lists(draw, rows, width);
        double[] values = [.. Enumerable.Range(0, rows * width).Select(_ => draw.OneOf(0d, magnitude, -magnitude, draw.Below(3)))];
        (double[] losses, double[] gradient) = Step(loss.InDouble);

        // The reference takes differences of numbers as large as the logits, and so rounds as these do.
        Agree.InNorm<double>("loss", loss.Losses(values, lists, width), losses, 1e-12, Math.Max(1e-2, 1e-3 * magnitude));
        (float[] floatLosses, float[] floatGradient) = Step(loss.InFloat);
        Agree.InNorm<float>("loss in float", losses, floatLosses, 1e-6, 1);
        Agree.InNorm<float>("gradient in float", gradient, floatGradient, 1e-5, 1);

        (T[] Losses, T[] Gradient) Step<T>(Op<T> op)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var tape = new Tape<T>();
            Variable<T> logits = tape.Input(new Tensor<T>(new Shape(rows, width), values.Select(T.CreateChecked).ToArray()));
            Variable<T> output = tape.Apply(op, [logits], lists);
            tape.Backward(output.Sum());
            Assert.All(output.Value.Span.ToArray().Concat(logits.Gradient.Span.ToArray()), value => Assert.True(T.IsFinite(value), $"{value}"));
            return (output.Value.Span.ToArray(), logits.Gradient.Span.ToArray());
        }
    }, pinned: [(1000651159, 9), (1000651159, 10)]);

    [Fact]
    public void A_NaN_among_the_negatives_is_seen_in_the_loss()
    {
        foreach (ListLoss loss in Variants)
        {
            Variable<double> logits = new Tape<double>().Constant(Tensor<double>.Of(new[,] { { 1, double.NaN, 2 }, { 1, 2, 3 } }));
            ReadOnlySpan<double> losses = logits.Tape.Apply(loss.InDouble, [logits], new OpIndices(new[] { 0, 1 }, new[] { 0, 1, 2 })).Value.Span;
            Assert.True(double.IsNaN(losses[0]), $"loss {losses[0]}");
            Assert.True(double.IsFinite(losses[1]), $"loss {losses[1]} of the row beside it");
        }
    }

    [Fact]
    public void An_empty_list_is_refused() => Refusal.Of<ArgumentException>(
        () => Apply(new Shape(3, 4), [0, 1], [0, 1, 1, 2]), Name, "at least one positive", "row 1", "empty");

    [Fact]
    public void A_column_that_stands_twice_in_a_list_is_refused()
    {
        Refusal.Of<ArgumentException>(() => Apply(new Shape(2, 4), [3, 2, 3, 2], [0, 1, 4]), Name, "row 1", "column 2", "twice");
        Apply(new Shape(2, 4), [3, 2, 2, 3], [0, 2, 4]);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-1)]
    public void A_positive_that_is_no_column_is_refused(int column) => Refusal.Of<ArgumentOutOfRangeException>(
        () => Apply(new Shape(2, 4), [0, column], [0, 1, 2]), Name, "positives", "from 0 to 3", "number 1", $"is {column}");

    [Fact]
    public void Another_number_of_lists_than_rows_is_refused() => Refusal.Of<ArgumentException>(
        () => Apply(new Shape(3, 4), [0, 1], [0, 1, 2]), Name, "lists of positives", "needs 3", "not 2");

    [Fact]
    public void Offsets_that_do_not_span_the_positives_are_refused() => Refusal.Of<ArgumentException>(
        () => Apply(new Shape(1, 4), [0, 1], [0, 1]), Name, "offsets", "from 0 to 2", "from 0 to 1");

    [Fact]
    public void Anything_but_a_matrix_is_refused() => Refusal.Of<ArgumentException>(
        () => Apply(new Shape(4), [0], [0, 1]), Name, "logits", "rank 2", "[4]");

    [Fact]
    public void Another_number_of_inputs_is_refused()
    {
        Variable<double> x = new Tape<double>().Constant(new Tensor<double>(new Shape(1, 2)));
        Refusal.Of<ArgumentException>(() => x.Tape.Apply(Variants[0].InDouble, [x, x], new OpIndices(new[] { 0 }, new[] { 0, 1 })), Name, "1 input", "not 2");
    }

    /// <summary>The losses and the gradient of their sum.</summary>
    protected static (double[] Losses, double[] Gradient) Step(double[,] values, Func<Variable<double>, Variable<double>> loss)
    {
        var tape = new Tape<double>();
        Variable<double> logits = tape.Input(Tensor<double>.Of(values));
        Variable<double> losses = loss(logits);
        tape.Backward(losses.Sum());
        return (losses.Value.Span.ToArray(), logits.Gradient.Span.ToArray());
    }

    private void Apply(Shape shape, int[] positives, int[] offsets)
    {
        Variable<double> logits = new Tape<double>().Constant(new Tensor<double>(shape));
        logits.Tape.Apply(Variants[0].InDouble, [logits], new OpIndices(positives, offsets));
    }
}
