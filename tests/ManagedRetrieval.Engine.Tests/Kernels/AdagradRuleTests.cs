using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class AdagradRuleTests
{
    [Fact]
    public void Every_element_is_moved_by_the_rule_bit_for_bit_at_every_length() => RandomCases.Check(
        draw =>
        {
            Check<float>(draw);
            Check<double>(draw);
        },
        cases: 200,
        size: 100);

    private static void Check<T>(Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = draw.Between(0, draw.Size);
        T[] Values() => [.. draw.Values(length).Select(T.CreateChecked)];
        T[] x = Values(), g = Values(), a = [.. Values().Select(T.Abs)];
        (T minusRate, T epsilon) = (T.CreateChecked(-0.25), T.CreateChecked(1e-3));
        T[] moved = new T[length], grown = new T[length];
        for (int i = 0; i < length; i++)
        {
            grown[i] = T.FusedMultiplyAdd(g[i], g[i], a[i]);
            moved[i] = T.FusedMultiplyAdd(g[i] / T.Sqrt(grown[i] + epsilon), minusRate, x[i]);
        }

        using GuardedMemory<T> value = GuardedMemory<T>.Of(x), gradient = GuardedMemory<T>.Of(g), accumulator = GuardedMemory<T>.Of(a);
        AdagradRule.Run<T>(value.GetSpan(), gradient.GetSpan(), accumulator.GetSpan(), minusRate, epsilon);
        Agree.Exactly<T>("accumulator", grown, accumulator.GetSpan());
        Agree.Exactly<T>("value", moved, value.GetSpan());
    }
}
