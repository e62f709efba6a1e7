using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Optimizers;

public class AdamWTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void Steps_are_what_the_formula_says(double decay)
    {
        OptimizerReference.RowRule rule = OptimizerReference.Each(OptimizerReference.Adam(0.02, 0.8, 0.9, 1e-4), taken: 0.02 * decay);
        RowRuleChecks.FollowsTheRule(() => new AdamW<double>(0.02, 0.8, 0.9, 1e-4) { WeightDecay = decay }, rule, 0, 1e-12);
        RowRuleChecks.FollowsTheRule(() => new AdamW<float>(0.02, 0.8, 0.9, 1e-4) { WeightDecay = decay }, rule, 0, 1e-5);
    }

    [Fact]
    public void The_first_step_shrinks_the_value_and_then_goes_the_rate_against_the_gradient_s_sign()
    {
        // Defaults: rate 0.001, decay 0.01.
        var x = new DenseParameter<double>("x", Tensor<double>.Of(2, -3));
        ((double[])[5, -0.25]).CopyTo(x.Gradient.Span);
        new AdamW<double>().Step([x]);
        Assert.Equal((2 * (1 - 1e-5)) - 0.001, x.Value.Span[0], 1e-10);
        Assert.Equal((-3 * (1 - 1e-5)) + 0.001, x.Value.Span[1], 1e-10);
    }

    [Fact]
    public void Without_decay_it_is_Adam_bit_for_bit()
    {
        var draw = new Draw(3, 12);
        Tensor<float> start = draw.Tensor<float>(new Shape(5, 20));
        DenseParameter<float> adam = new("x", start.Clone()), adamW = new("x", start.Clone());
        var optimizers = (new Adam<float>(0.1), new AdamW<float>(0.1) { WeightDecay = 0 });
        for (int step = 0; step < 4; step++)
        {
            draw.Tensor<float>(start.Shape).Span.CopyTo(adam.Gradient.Span);
            adam.Gradient.Span.CopyTo(adamW.Gradient.Span);
            optimizers.Item1.Step([adam]);
            optimizers.Item2.Step([adamW]);
            Agree.Exactly<float>("AdamW", adam.Value.Span, adamW.Value.Span);
        }
    }

    [Fact]
    public void It_keeps_what_every_optimizer_must()
    {
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(() => new AdamW<float>());
        OptimizerChecks.TouchingEveryRowIsTheDenseRule(() => new AdamW<double>());
        OptimizerChecks.UntouchedRowsKeepValueAndState(() => new AdamW<float>(0.1) { WeightDecay = 0.5 });
        OptimizerChecks.AnyNumberOfWorkersGivesTheSameBits(() => new AdamW<float>());
        OptimizerChecks.AWarmStepAllocatesNothing(new AdamW<float>());
    }

    [Fact]
    public void It_finds_the_minimum_of_a_quadratic() =>
        OptimizerChecks.FindsTheMinimumOfAQuadratic(new AdamW<double>(0.05) { WeightDecay = 0 }, 3000, 1e-3);

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("learningRate", () => new AdamW<float>(0));
        Assert.Throws<ArgumentOutOfRangeException>("beta1", () => new AdamW<float>(beta1: 1));
        Assert.Throws<ArgumentOutOfRangeException>("beta2", () => new AdamW<float>(beta2: -0.5));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new AdamW<float>(epsilon: 1e-60));
    }
}
