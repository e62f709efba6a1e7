using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;

namespace ManagedRetrieval.Tests.Optimizers;

public class AdagradTests
{
    [Fact]
    public void Steps_are_what_the_formula_says()
    {
        OptimizerChecks.FollowsTheRule(() => new Adagrad<double>(0.3, 0.2, 1e-3), OptimizerReference.Adagrad(0.3, 1e-3), 0.3, 0.2, 1e-12);
        OptimizerChecks.FollowsTheRule(() => new Adagrad<float>(0.3, 0.2, 1e-3), OptimizerReference.Adagrad(0.3, 1e-3), 0.3, 0.2, 1e-5);
        OptimizerChecks.FollowsTheRule(() => new Adagrad<double>(0.3, 0, 1e-3), OptimizerReference.Adagrad(0.3, 1e-3), 0.3, 0, 1e-12);
    }

    [Fact]
    public void Without_arguments_it_has_the_defaults_of_Keras()
    {
        // Learning rate 0.1 there is not the default (0.001), accumulator 0.1 and epsilon 1e-7 are: 2 - 0.1 · 3 / √(0.1 + 9 + 1e-7).
        var x = new DenseParameter<double>("x", Tensor<double>.Of(2));
        x.Gradient.Span[0] = 3;
        new Adagrad<double>().Step([x]);
        Assert.Equal(2 - (0.3 / Math.Sqrt(9.1000001)), x.Value.Span[0], 1e-14);
    }

    [Fact]
    public void Touching_every_row_gives_the_bits_of_the_dense_rule()
    {
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(() => new Adagrad<float>());
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(() => new Adagrad<double>());
    }

    [Fact]
    public void Untouched_rows_keep_value_and_state() => OptimizerChecks.UntouchedRowsKeepValueAndState(() => new Adagrad<float>());

    [Fact]
    public void A_gradient_of_zero_is_the_same_as_none()
    {
        var some = new DenseParameter<double>("some", Tensor<double>.Of(1, 2));
        var rare = new DenseParameter<double>("rare", Tensor<double>.Of(1, 2));
        var optimizer = new Adagrad<double>(initialAccumulator: 0);
        for (int step = 0; step < 4; step++)
        {
            some.Gradient.Span[0] = step % 2;
            optimizer.Step([some]);
            if (step % 2 == 1)
            {
                rare.Gradient.Span[0] = 1;
                optimizer.Step([rare]);
            }
        }

        Assert.Equal(rare.Value.Span.ToArray(), some.Value.Span.ToArray());
        Assert.Equal(2, some.Value.Span[1]);
        Assert.NotEqual(1, some.Value.Span[0]);
    }

    [Fact]
    public void Any_number_of_workers_gives_the_same_bits() => OptimizerChecks.AnyNumberOfWorkersGivesTheSameBits(() => new Adagrad<float>());

    [Fact]
    public void It_finds_the_minimum_of_a_quadratic() => OptimizerChecks.FindsTheMinimumOfAQuadratic(new Adagrad<double>(0.5), 2000, 1e-6);

    [Fact]
    public void A_warm_step_allocates_nothing() => OptimizerChecks.AWarmStepAllocatesNothing(new Adagrad<float>());

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        // A NaN of either sign: comparisons by sign alone let one of them through.
        double positiveNaN = BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0000);
        foreach (double wrong in (double[])[0, -1, positiveNaN, -positiveNaN, double.PositiveInfinity, double.NegativeInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>("learningRate", () => new Adagrad<float>(wrong));
            Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new Adagrad<float>(epsilon: wrong));
        }

        foreach (double wrong in (double[])[-1e-9, positiveNaN, -positiveNaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>("initialAccumulator", () => new Adagrad<float>(initialAccumulator: wrong));
        }

        // Finite, but infinite in float; what is 0 there is allowed.
        Assert.Throws<ArgumentOutOfRangeException>("initialAccumulator", () => new Adagrad<float>(initialAccumulator: 1e300));
        _ = new Adagrad<double>(initialAccumulator: 1e300);
        _ = new Adagrad<float>(initialAccumulator: 1e-60);

        // Positive and finite, but 0 or infinite in float.
        foreach (double wrong in (double[])[1e-60, 1e39])
        {
            Assert.Throws<ArgumentOutOfRangeException>("learningRate", () => new Adagrad<float>(wrong));
            Assert.Equal(wrong, new Adagrad<double>(wrong).LearningRate);
        }

        // Positive, but 0 in float: an element without a gradient would become 0 / 0.
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new Adagrad<float>(epsilon: 1e-60));
        Assert.Throws<ArgumentNullException>("parameters", () => new Adagrad<float>().Step(null!));
        var parameter = new DenseParameter<float>("x", Tensor<float>.Of(1));
        ArgumentException error = Assert.Throws<ArgumentException>("parameters", () => new Adagrad<float>().Step([parameter, null!]));
        Assert.Contains("must not hold null, but number 1 is", error.Message, StringComparison.Ordinal);
    }
}
