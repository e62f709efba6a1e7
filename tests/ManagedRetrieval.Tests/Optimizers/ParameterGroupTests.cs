using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Optimizers;

namespace ManagedRetrieval.Tests.Optimizers;

public class ParameterGroupTests
{
    [Fact]
    public void The_first_group_that_takes_a_parameter_decides_and_the_rest_has_the_optimizer_s_settings()
    {
        DenseParameter<double> slow = Of("slow"), bias = Of("bias"), other = Of("other");
        var table = new EmbeddingTable<double>("table", Tensor<double>.Of(new double[,] { { 2 } }));
        OptimizerChecks.SetRows(table, [0], new Tensor<double>(new Shape(1, 1), new double[] { 1 }));
        var optimizer = new Sgd<double>(0.5)
        {
            WeightDecay = 0.25,
            Groups =
            [
                new(parameter => parameter.Name == "slow") { RateFactor = 0.1 },
                new(parameter => parameter.Name is "bias" or "slow") { WeightDecay = 0 },
                new(parameter => parameter is EmbeddingTable<double>) { RateFactor = 2, WeightDecay = 1 },
            ],
        };
        optimizer.Step([slow, bias, other, table]);
        Assert.Equal(2 - (0.05 * 1.5), slow.Value.Span[0], 1e-15);
        Assert.Equal(2 - 0.5, bias.Value.Span[0], 1e-15);
        Assert.Equal(2 - (0.5 * 1.5), other.Value.Span[0], 1e-15);
        Assert.Equal(2 - (1.0 * 3), table.Value.Span[0], 1e-15);
    }

    [Fact]
    public void Decoupled_decay_follows_the_group_s_rate_and_decay()
    {
        DenseParameter<double> x = Of("x");
        x.ZeroGradient();
        new AdamW<double>(0.1) { Groups = [new(_ => true) { RateFactor = 0.5, WeightDecay = 0.2 }] }.Step([x]);
        Assert.Equal(2 * (1 - (0.05 * 0.2)), x.Value.Span[0], 1e-15);
    }

    [Fact]
    public void A_frozen_parameter_keeps_its_value_and_nothing_is_kept_of_it_but_its_gradient_is_forgotten()
    {
        DenseParameter<double> frozen = Of("frozen"), free = Of("free");
        var optimizer = new Adam<double> { WeightDecay = 0.5, Groups = [new(parameter => parameter.Name == "frozen") { Frozen = true }] };
        optimizer.Step([frozen, free]);
        Assert.Equal(2, frozen.Value.Span[0]);
        Assert.Equal(0, frozen.Gradient.Span[0]);
        Assert.Empty(optimizer.StateOf(frozen).Tensors);
        Assert.NotEqual(2, free.Value.Span[0]);
        Assert.DoesNotContain(optimizer.ExportState().Counts.Keys, name => name.StartsWith("frozen", StringComparison.Ordinal));
    }

    [Fact]
    public void A_parameter_is_asked_about_once()
    {
        int asked = 0;
        DenseParameter<double> x = Of("x");
        var optimizer = new Sgd<double> { MaximumGradientNorm = 1, Groups = [new(_ => asked++ == 0) { Frozen = true }] };
        optimizer.Step([x]);
        optimizer.Step([x]);
        Assert.Equal(1, asked);
        Assert.Equal(2, x.Value.Span[0]);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        foreach (double wrong in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>("RateFactor", () => new ParameterGroup<float>(_ => true) { RateFactor = wrong });
        }

        Assert.Throws<ArgumentNullException>("takes", () => new ParameterGroup<float>(null!));
        Assert.Throws<ArgumentNullException>("Groups", () => new Adam<float> { Groups = null! });
        ArgumentException error = Assert.Throws<ArgumentException>("Groups", () => new Adam<float> { Groups = [new(_ => true), null!] });
        Assert.Contains("must not hold null, but number 1 is", error.Message, StringComparison.Ordinal);
    }

    private static DenseParameter<double> Of(string name)
    {
        var parameter = new DenseParameter<double>(name, Tensor<double>.Of(2));
        parameter.Gradient.Span[0] = 1;
        return parameter;
    }
}
