using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class AdamRuleTests
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
        T[] x = Values(), g = Values(), m = Values(), v = [.. Values().Select(T.Abs)];
        T[] moved = new T[length], means = new T[length], squares = new T[length];
        T Number(double value) => T.CreateChecked(value);
        (T beta1, T rest1, T beta2, T rest2) = (Number(0.75), Number(0.25), Number(0.9), Number(0.1));
        (T correction, T epsilon, T minusRate) = (Number(1.7), Number(1e-3), Number(-0.3));
        for (int i = 0; i < length; i++)
        {
            means[i] = T.FusedMultiplyAdd(m[i], beta1, g[i] * rest1);
            squares[i] = T.FusedMultiplyAdd(v[i], beta2, g[i] * g[i] * rest2);
            moved[i] = T.FusedMultiplyAdd(means[i] / (T.Sqrt(squares[i] * correction) + epsilon), minusRate, x[i]);
        }

        using GuardedMemory<T> value = GuardedMemory<T>.Of(x), gradient = GuardedMemory<T>.Of(g), first = GuardedMemory<T>.Of(m), second = GuardedMemory<T>.Of(v);
        new AdamRule<T>(beta1, rest1, beta2, rest2, correction, epsilon, minusRate).Run(value.GetSpan(), gradient.GetSpan(), first.GetSpan(), second.GetSpan());
        Agree.Exactly<T>("mean", means, first.GetSpan());
        Agree.Exactly<T>("mean square", squares, second.GetSpan());
        Agree.Exactly<T>("value", moved, value.GetSpan());
    }
}
