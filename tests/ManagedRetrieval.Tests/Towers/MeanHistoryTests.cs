using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class MeanHistoryTests
{
    [Fact]
    public void The_output_is_that_of_plain_loops() => RandomCases.Check(draw =>
    {
        var encoder = new MeanHistory<double>(draw.Length());
        int[] offsets = HistorySamples.Offsets(draw);
        Tensor<double> x = draw.Tensor<double>(new Shape(offsets[^1], encoder.Inputs));
        double[][] rows = SlowLayers.Rows(x);
        double[] expected = [.. Enumerable.Range(0, offsets.Length - 1).SelectMany(i =>
        {
            double[][] own = rows[offsets[i]..offsets[i + 1]];
            return SlowLayers.Weighted(own, [.. own.Select(_ => 1.0 / own.Length)], encoder.Inputs);
        })];
        Agree.InNorm<double>("output", expected, encoder.Apply(new Tape<double>().Constant(x), offsets).Value.Span, 1e-12);
    });

    [Fact]
    public void It_has_no_parameters_and_a_width_of_at_least_1()
    {
        var encoder = new MeanHistory<float>(3);
        Assert.Empty(encoder.Parameters);
        Assert.Equal((3, 3), (encoder.Inputs, encoder.Outputs));
        Assert.Throws<ArgumentOutOfRangeException>("width", () => new MeanHistory<float>(0));
    }
}
