using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class DropoutTests
{
    private static readonly Tensor<double> Ones = Filled(100_000);

    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        Shape shape = AnyShape.Of(draw);
        (double rate, ulong seed, int step) = (draw.OneOf(0, 0.25, 0.5, 0.9), draw.Seed, draw.Below(1000));
        return new OpCase
        {
            Op = (new Dropout<double>(rate, seed), new Dropout<float>(rate, seed)),
            Inputs = [new OpInput("x", shape)],
            Indices = new OpIndices(new[] { step }),
            Output = shape,
            LinearIn = [0],
            Reference = inputs =>
            {
                var random = new CounterRandom(seed, (ulong)step);
                return [.. inputs[0].Select((x, p) => random.Uniform((ulong)p) < rate ? 0 : x / (1 - rate))];
            },
        };
    });

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.875)]
    public void The_share_of_dropped_elements_is_the_rate_and_the_rest_is_scaled(double rate)
    {
        double[] y = Dropped(rate, seed: 3, step: 11);
        double dropped = y.Count(value => value == 0) / (double)y.Length;

        // Five standard deviations of a mean of so many draws.
        Assert.InRange(dropped - rate, -5 * Math.Sqrt(rate * (1 - rate) / y.Length), 5 * Math.Sqrt(rate * (1 - rate) / y.Length));
        Assert.All(y.Where(value => value != 0), value => Assert.Equal(1 / (1 - rate), value));
    }

    [Fact]
    public void The_gradient_passes_where_the_value_passed_and_nowhere_else()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Ones);
        Variable<double> y = x.Dropout(0.3, seed: 1, step: 2);
        tape.Backward(y, Ones);
        Agree.Exactly<double>("gradient", y.Value.Span, x.Gradient.Span);
    }

    [Fact]
    public void The_same_step_gives_the_same_mask_and_another_step_or_seed_an_independent_one()
    {
        double[] mask = Dropped(0.5, seed: 1, step: 0);
        Agree.Exactly<double>("again", mask, Dropped(0.5, seed: 1, step: 0));
        foreach (double[] other in (double[][])[Dropped(0.5, seed: 1, step: 1), Dropped(0.5, seed: 2, step: 0), Dropped(0.5, seed: 1, step: -1)])
        {
            double alike = mask.Zip(other).Count(pair => pair.First == pair.Second) / (double)mask.Length;
            Assert.InRange(alike - 0.5, -5 * Math.Sqrt(0.25 / mask.Length), 5 * Math.Sqrt(0.25 / mask.Length));
        }
    }

    [Fact]
    public void A_rate_of_zero_changes_no_bit()
    {
        Tensor<float> x = new Draw(6, 1).Tensor<float>(new Shape(400, 100));
        (x.Span[0], x.Span[1]) = (-0f, float.PositiveInfinity);
        var tape = new Tape<float>();
        Agree.Exactly<float>("output", x.Span, tape.Constant(x).Dropout(0, seed: 4, step: 5).Value.Span);
    }

    [Fact]
    public void A_dropped_element_is_zero_whatever_it_was()
    {
        var x = new Tensor<float>(new Shape(64));
        x.Span.Fill(float.NaN);
        float[] y = new Tape<float>().Constant(x).Dropout(0.5, seed: 4, step: 5).Value.Span.ToArray();
        Assert.InRange(y.Count(value => value == 0), 10, 54);
        Assert.Equal(64, y.Count(value => value == 0 || float.IsNaN(value)));
    }

    [Fact]
    public void A_layer_that_keeps_its_op_allocates_nothing_once_warm()
    {
        var tape = new Tape<float>();
        var op = new Dropout<float>(0.5, seed: 9);
        var x = new Tensor<float>(new Shape(8, 8));
        long allocated = long.MaxValue;
        for (int step = 0; step < 10; step++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            tape.Reset();
            tape.Backward(tape.Input(x).Dropout(op, step), x);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_rate_outside_its_range_is_refused(double rate) =>
        Refusal.Of<ArgumentOutOfRangeException>(() => _ = new Dropout<float>(rate, seed: 0), "rate", "from 0 to less than 1");

    [Fact]
    public void An_application_without_one_step_is_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(2)));
        Refusal.Of<ArgumentException>(() => x.Tape.Apply(new Dropout<float>(0.5, 0), [x]), "Dropout", "1 step", "not 0");
        Refusal.Of<ArgumentException>(() => x.Tape.Apply(new Dropout<float>(0.5, 0), [x, x], new OpIndices(new[] { 1 })), "Dropout", "1 input", "not 2");
    }

    private static double[] Dropped(double rate, ulong seed, int step) => new Tape<double>().Constant(Ones).Dropout(rate, seed, step).Value.Span.ToArray();

    private static Tensor<double> Filled(int length)
    {
        var tensor = new Tensor<double>(new Shape(length));
        tensor.Span.Fill(1);
        return tensor;
    }
}
