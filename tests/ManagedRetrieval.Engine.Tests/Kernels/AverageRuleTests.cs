using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class AverageRuleTests
{
    [Fact]
    public void Every_element_is_moved_by_the_rule_bit_for_bit_at_every_length() => RandomCases.Check(
        draw =>
        {
            Check<float>(draw, 1e-6);
            Check<double>(draw, 1e-14);
        },
        cases: 200,
        size: 600);

    private static void Check<T>(Draw draw, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = draw.Between(0, draw.Size);
        double[] e = draw.Values(length), x = draw.Values(length);
        T weight = T.CreateChecked(0.3125);
        T[] moved = [.. e.Zip(x, (mean, value) => T.FusedMultiplyAdd(T.CreateChecked(value) - T.CreateChecked(mean), weight, T.CreateChecked(mean)))];
        using GuardedMemory<T> averages = Guarded(e), values = Guarded(x);
        AverageRule.Run<T>(averages.GetSpan(), values.GetSpan(), weight);
        Agree.Exactly<T>("average", moved, averages.GetSpan());
        Agree.InNorm<T>("average", [.. e.Zip(x, (mean, value) => (0.6875 * mean) + (0.3125 * value))], averages.GetSpan(), tolerance, floor: 1);

        static GuardedMemory<T> Guarded(double[] numbers) => GuardedMemory<T>.Of([.. numbers.Select(T.CreateChecked)]);
    }
}
