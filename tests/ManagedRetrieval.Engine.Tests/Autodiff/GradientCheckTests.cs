using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class GradientCheckTests
{
    [Theory]
    [InlineData(1.0, true)]
    [InlineData(-1.0, false)]
    [InlineData(2.0, false)]
    [InlineData(1.0001, false)]
    [InlineData(0.0, false)]
    [InlineData(double.NaN, false)]
    public void A_product_passes_with_the_right_factor_alone(double factor, bool passes) => Judge(
        passes, (tape, x, y) => tape.Apply(new Product(factor), [tape.Parameter(x), tape.Parameter(y)]));

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(-1.0, false)]
    [InlineData(2.0, false)]
    [InlineData(1.0001, false)]
    [InlineData(0.0, false)]
    [InlineData(double.NaN, false)]
    public void A_function_of_any_size_is_held_to_its_own_size(double factor, bool passes)
    {
        foreach (double size in (double[])[1e-300, 1e-100, 1e-10, 1e-4, 1e4, 1e100])
        {
            Judge(passes, (tape, x, y) => tape.Apply(new Product(factor), [tape.Parameter(x), tape.Parameter(y)]).Scale(size));
        }
    }

    [Fact]
    public void A_function_that_is_zero_has_no_gradient_but_zero()
    {
        Judge(true, (tape, x, y) => tape.Parameter(x).Multiply(tape.Parameter(y)).Scale(0));
        foreach (double slope in (double[])[1e-300, -1e-10, 1])
        {
            Judge(false, (tape, x, y) => tape.Parameter(x).Multiply(tape.Parameter(y)).Scale(0).Add(tape.Apply(new Zero(slope), [tape.Parameter(x)])));
        }
    }

    [Theory]
    [InlineData(1e6)]
    [InlineData(-1e6)]
    [InlineData(1e-6)]
    public void Every_element_has_a_step_of_its_own_size(double large)
    {
        DenseParameter<double> a = new("a", Tensor<double>.Of(large)), b = new("b", Tensor<double>.Of(1)), both = new("both", Tensor<double>.Of(large, 1));
        Judge(true, tape => tape.Parameter(a).Add(tape.Apply(new SineOfLast(1), [tape.Parameter(b)])), a, b);
        Judge(true, tape => tape.Apply(new SineOfLast(1), [tape.Parameter(both)]), both);

        // A direction sees little of the smaller element, but the Jacobian sees it by itself.
        GradientCheckResult result = GradientCheck.RunJacobian(tape => tape.Apply(new SineOfLast(1.0001), [tape.Parameter(both)]), [both]);
        Assert.False(result.Passed, result.ToString());
        Assert.Equal("output 1 by element 1 of 'both'", result.Where);
        Assert.Equal(Math.Cos(1), result.Numeric, 1e-9);
    }

    [Fact]
    public void A_missing_derivative_by_a_small_element_fails_where_a_large_one_multiplies_it()
    {
        DenseParameter<double> x = new("x", Tensor<double>.Of(1e6, 0.5));
        Judge(true, tape => tape.Apply(new FirstBySineOfLast(whole: true), [tape.Parameter(x)]), x);
        Judge(false, tape => tape.Apply(new FirstBySineOfLast(whole: false), [tape.Parameter(x)]), x);
    }

    [Fact]
    public void A_rule_that_overwrites_fails_where_one_value_is_used_twice()
    {
        foreach (bool overwrites in (bool[])[false, true])
        {
            Judge(!overwrites, (tape, x, y) =>
            {
                Variable<double> both = tape.Parameter(x);
                return tape.Apply(new Product(1, overwrites), [both, both]).Add(tape.Parameter(y));
            });
            Judge(!overwrites, (tape, x, y) =>
            {
                (Variable<double> a, Variable<double> b) = (tape.Input(x.Value).Scale(0).Add(tape.Parameter(x)), tape.Parameter(y));
                return tape.Apply(new Product(1, overwrites), [a, b]).Add(a.Multiply(a));
            });
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_look_up_fails_where_the_gradient_goes_to_the_neighbouring_row(int shift, bool passes)
    {
        var table = new EmbeddingTable<double>("table", new Draw(3, 1).Tensor<double>(new Shape(4, 3)));
        Judge(passes, tape => tape.Apply(new ShiftedLookup(shift), [tape.Parameter(table)], new OpIndices(new[] { 0, 2, 0 })), table);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_normalisation_fails_without_its_projection(bool projects, bool passes) => Judge(
        passes, (tape, x, y) => tape.Apply(new Normalize(projects), [tape.Parameter(x)]).Multiply(tape.Parameter(y)));

    [Fact]
    public void The_Jacobian_names_the_output_and_the_element_that_is_wrong()
    {
        var right = new DenseParameter<double>("right", Tensor<double>.Of(1, 2));
        var wrong = new DenseParameter<double>("wrong", Tensor<double>.Of(3, 4));
        GradientCheckResult result = GradientCheck.RunJacobian(
            tape => tape.Parameter(right).Multiply(tape.Parameter(right)).Add(tape.Apply(new OneWrongElement(), [tape.Parameter(wrong)])), [right, wrong]);
        Assert.False(result.Passed);
        Assert.Equal("output 1 by element 1 of 'wrong'", result.Where);
        Assert.Equal(7, result.Analytic);
        Assert.Equal(1, result.Numeric, 6);
    }

    [Fact]
    public void Values_are_put_back_and_gradients_left_empty()
    {
        var x = new DenseParameter<double>("x", Tensor<double>.Of(0.1, 1e10, -3e-7));
        double[] before = x.Value.Span.ToArray();
        GradientCheck.Run(tape => tape.Parameter(x).Scale(2), [x]).ThrowIfFailed();
        GradientCheck.RunJacobian(tape => tape.Parameter(x).Scale(2), [x]);
        Agree.Exactly<double>("values", before, x.Value.Span);
        Assert.Equal([0, 0, 0], x.Gradient.Span.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Values_are_put_back_also_where_the_function_throws(int call)
    {
        var x = new DenseParameter<double>("x", Tensor<double>.Of(0.1, 0.2));
        double[] before = x.Value.Span.ToArray();
        Assert.Throws<TimeZoneNotFoundException>(() => GradientCheck.Run(Failing(call), [x]));
        Agree.Exactly<double>("values", before, x.Value.Span);
        Assert.Throws<TimeZoneNotFoundException>(() => GradientCheck.RunJacobian(Failing(call), [x]));
        Agree.Exactly<double>("values", before, x.Value.Span);

        Func<Tape<double>, Variable<double>> Failing(int last)
        {
            int calls = 0;
            return tape => ++calls == last ? throw new TimeZoneNotFoundException() : tape.Parameter(x).Scale(2);
        }
    }

    [Fact]
    public void The_same_seed_finds_the_same_and_another_seed_looks_elsewhere()
    {
        var x = new DenseParameter<double>("x", Tensor<double>.Of(0.5, -1));
        Variable<double> Square(Tape<double> tape) => tape.Parameter(x).Multiply(tape.Parameter(x));
        Assert.Equal(GradientCheck.Run(Square, [x], seed: 5), GradientCheck.Run(Square, [x], seed: 5));
        Assert.NotEqual(GradientCheck.Run(Square, [x], seed: 5).Analytic, GradientCheck.Run(Square, [x], seed: 6).Analytic);
    }

    [Fact]
    public void What_cannot_be_checked_is_refused()
    {
        var x = new DenseParameter<double>("x", Tensor<double>.Of(1));
        Refusal.Of<ArgumentException>(() => GradientCheck.Run(tape => tape.Parameter(x), []), "parameters", "nothing");
        Refusal.Of<ArgumentOutOfRangeException>(() => GradientCheck.Run(tape => tape.Parameter(x), [x], directions: 0), "directions", "0");
        Assert.Throws<ArgumentNullException>(() => GradientCheck.Run(null!, [x]));
        Assert.Throws<ArgumentNullException>(() => GradientCheck.RunJacobian(tape => tape.Parameter(x), null!));
    }

    [Fact]
    public void A_parameter_that_is_null_or_stands_there_twice_is_refused()
    {
        var x = new DenseParameter<double>("x", Tensor<double>.Of(1));
        var same = new DenseParameter<double>("x", Tensor<double>.Of(2));
        foreach (Parameter<double>[] wrong in (Parameter<double>[][])[[x, x], [x, same, x], [x, null!], [null!]])
        {
            Refusal.Of<ArgumentException>(() => GradientCheck.Run(tape => tape.Parameter(x), wrong), "'parameters'", "null", "twice");
            Refusal.Of<ArgumentException>(() => GradientCheck.RunJacobian(tape => tape.Parameter(x), wrong), "'parameters'", "null", "twice");
        }

        Assert.True(GradientCheck.Run(tape => tape.Parameter(x).Multiply(tape.Parameter(same)), [x, same]).Passed);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_function_whose_output_changes_its_length_is_refused_and_values_are_put_back(int call)
    {
        var x = new DenseParameter<double>("x", Tensor<double>.Of(0.1, 0.2));
        Refusal.Of<InvalidOperationException>(() => GradientCheck.Run(Changing(), [x]), "2 numbers first", "1 later");
        Refusal.Of<InvalidOperationException>(() => GradientCheck.RunJacobian(Changing(), [x]), "2 numbers first", "1 later");
        Assert.Equal([0.1, 0.2], x.Value.Span.ToArray());

        Func<Tape<double>, Variable<double>> Changing()
        {
            int calls = 0;
            return tape => ++calls < call ? tape.Parameter(x).Scale(2) : tape.Parameter(x).Sum();
        }
    }

    private static void Judge(bool passes, Func<Tape<double>, DenseParameter<double>, DenseParameter<double>, Variable<double>> function)
    {
        var draw = new Draw(17, 1);
        DenseParameter<double> x = new("x", draw.Tensor<double>(new Shape(5), Domain.AwayFromZero));
        DenseParameter<double> y = new("y", draw.Tensor<double>(new Shape(5), Domain.AwayFromZero));
        Judge(passes, tape => function(tape, x, y), x, y);
    }

    private static void Judge(bool passes, Func<Tape<double>, Variable<double>> function, params Parameter<double>[] parameters)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            GradientCheckResult directions = GradientCheck.Run(function, parameters, seed);
            Assert.True(directions.Passed == passes, $"seed {seed}: {directions}");
        }

        GradientCheckResult jacobian = GradientCheck.RunJacobian(function, parameters);
        Assert.True(jacobian.Passed == passes, jacobian.ToString());
    }

    /// <summary>The identity, but for one element of the gradient.</summary>
    private sealed class OneWrongElement : Op<double>
    {
        public override Shape InferShape(ReadOnlySpan<Shape> inputs, OpIndices indices) => inputs[0];

        public override void Forward(OpFrame<double> frame) => frame.Input(0).Span.CopyTo(frame.Output.Span);

        public override void Backward(OpFrame<double> frame)
        {
            frame.InputGradient(0).Span[0] += frame.OutputGradient.Span[0];
            frame.InputGradient(0).Span[1] += 7 * frame.OutputGradient.Span[1];
        }
    }
}
