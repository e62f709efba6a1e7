using System.Numerics;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Losses;
using ManagedRetrieval.Tasks;

namespace ManagedRetrieval.Tests.Tasks;

public class RetrievalTaskOptionErrorTests
{
    [Theory]
    [InlineData(0, "not 0")]
    [InlineData(-0.5, "not -0.5")]
    [InlineData(double.NaN, "not NaN")]
    [InlineData(double.PositiveInfinity, "not Infinity")]
    [InlineData(double.NegativeInfinity, "not -Infinity")]
    public void A_temperature_that_is_not_positive_and_finite_is_refused(double temperature, string came) => Refused(
        () => Make<float>(temperature), "Temperature", "positive and finite", came);

    [Fact]
    public void A_temperature_whose_inverse_overflows_is_refused()
    {
        Refused(() => Make<float>(1e-39), "Temperature", "1E-39");
        Refused(() => Make<double>(1e-309), "Temperature", "1E-309");
        Assert.NotNull(Make<double>(1e-39));
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        Refused("options", () => _ = new RetrievalTask<float>(new() { Reduction = (LossReduction)7 }), "Reduction", "Sum, Mean or None");
        Refused("options", () => _ = new RetrievalTask<float>(new() { MaskedPositive = (MaskedPositive)7 }), "MaskedPositive", "Error or DropRow");
        Refused("options", () => _ = new RetrievalTask<float>(new() { SamplingCorrection = (SamplingCorrection)7 }), "SamplingCorrection", "AllColumns or NegativesOnly");
        Refused("severalPositives", () => _ = new SoftmaxLoss<float>(0, (MultiPositiveForm)7), "Sum or Mean");
        Refused("options", () => _ = new RetrievalTask<float>(new() { LearnTemperature = true, Temperature = 1000 }), "Temperature", "[0.01, 100]", "1000");
        Refused("options", () => _ = new RetrievalTask<float>(new() { LearnTemperature = true, Temperature = 0 }), "Temperature");
        Refused("options", () => _ = new RetrievalTask<float>(new() { Name = null! }), "Name must not be null");
        Refused("options", () => _ = new RetrievalTask<float>(new() { Metrics = null! }), "Metrics must not be null");
        Refused("options", () => _ = new RetrievalTask<float>(new() { BatchMetrics = null! }), "BatchMetrics must not be null");
        Refused("options", () => _ = new RetrievalTask<float>(new() { LossMetrics = null! }), "LossMetrics must not be null");
        Assert.Throws<ArgumentNullException>("value", () => new RetrievalTask<float>().Metrics = null!);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(100)]
    public void The_ends_of_the_range_of_a_learnt_temperature_are_in_it(double temperature) =>
        Assert.Equal(temperature, new RetrievalTask<double>(new() { LearnTemperature = true, Temperature = temperature }).Temperature, 1e-12);

    [Fact]
    public void The_temperature_is_1_unless_said() => Assert.Equal((1, 0.5), (new RetrievalTask<float>().Temperature, new RetrievalTask<float>(new() { Temperature = 0.5 }).Temperature));

    private static RetrievalTask<T> Make<T>(double temperature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => new(new RetrievalTaskOptions<T> { Temperature = temperature });

    private static void Refused(string parameter, Action call, params string[] parts) =>
        Assert.Equal(parameter, Refused(call, parts).ParamName);

    private static ArgumentException Refused(Action call, params string[] parts)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(call);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        return error;
    }
}
