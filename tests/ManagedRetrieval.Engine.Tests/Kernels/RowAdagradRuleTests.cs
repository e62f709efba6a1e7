using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class RowAdagradRuleTests
{
    [Fact]
    public void A_row_is_moved_by_the_rule_at_every_length() => RandomCases.Check(
        draw =>
        {
            Check<float>(draw, 1e-6);
            Check<double>(draw, 1e-14);
        },
        cases: 200,
        size: 300);

    [Fact]
    public void An_empty_row_keeps_its_accumulator()
    {
        double accumulator = 0.5;
        RowAdagradRule.Run<double>([], [], ref accumulator, -1, 1);
        Assert.Equal(0.5, accumulator);
    }

    private static void Check<T>(Draw draw, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = draw.Between(1, draw.Size);
        double[] x = draw.Values(length), g = draw.Values(length, Domain.AwayFromZero);
        double grown = 0.75 + g.Average(gradient => gradient * gradient);
        double[] moved = [.. x.Zip(g, (value, gradient) => value - (0.25 * gradient / (Math.Sqrt(grown) + 0.125)))];
        T accumulator = T.CreateChecked(0.75);
        using GuardedMemory<T> values = Guarded(x), gradients = Guarded(g);
        RowAdagradRule.Run(values.GetSpan(), gradients.GetSpan(), ref accumulator, T.CreateChecked(-0.25), T.CreateChecked(0.125));
        Agree.InNorm<T>("accumulator", [grown], [accumulator], tolerance);
        Agree.InNorm<T>("value", moved, values.GetSpan(), tolerance, floor: 1);

        static GuardedMemory<T> Guarded(double[] numbers) => GuardedMemory<T>.Of([.. numbers.Select(T.CreateChecked)]);
    }
}
