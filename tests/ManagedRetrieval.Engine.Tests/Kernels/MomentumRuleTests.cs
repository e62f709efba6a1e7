using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class MomentumRuleTests
{
    [Fact]
    public void Every_element_is_moved_by_the_rule_bit_for_bit_at_every_length() => RandomCases.Check(
        draw =>
        {
            Check<float>(draw, 1e-6);
            Check<double>(draw, 1e-14);
        },
        cases: 200,
        size: 100,
        pinned: (1337181661UL, 1));

    private static void Check<T>(Draw draw, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = draw.Between(0, draw.Size);
        bool nesterov = draw.Bool();
        double[] x = draw.Values(length), g = draw.Values(length), v = draw.Values(length);
        (T momentum, T minusRate) = (T.CreateChecked(0.875), T.CreateChecked(-0.25));
        T[] moved = new T[length], velocities = new T[length];
        double[] exactlyMoved = new double[length];
        for (int i = 0; i < length; i++)
        {
            (T value, T gradient) = (T.CreateChecked(x[i]), T.CreateChecked(g[i]));
            velocities[i] = T.FusedMultiplyAdd(T.CreateChecked(v[i]), momentum, gradient);
            moved[i] = nesterov
                ? T.FusedMultiplyAdd(velocities[i], minusRate * momentum, T.FusedMultiplyAdd(gradient, minusRate, value))
                : T.FusedMultiplyAdd(velocities[i], minusRate, value);
            double velocity = (0.875 * v[i]) + g[i];
            exactlyMoved[i] = x[i] - (0.25 * (nesterov ? g[i] + (0.875 * velocity) : velocity));
        }

        using GuardedMemory<T> values = Guarded(x), gradients = Guarded(g), state = Guarded(v);
        if (nesterov)
        {
            MomentumRule.RunNesterov<T>(values.GetSpan(), gradients.GetSpan(), state.GetSpan(), momentum, minusRate);
        }
        else
        {
            MomentumRule.Run<T>(values.GetSpan(), gradients.GetSpan(), state.GetSpan(), momentum, minusRate);
        }

        Agree.Exactly<T>("velocity", velocities, state.GetSpan());
        Agree.Exactly<T>("value", moved, values.GetSpan());
        Agree.InNorm<T>("value", exactlyMoved, values.GetSpan(), tolerance, floor: 1);

        static GuardedMemory<T> Guarded(double[] numbers) => GuardedMemory<T>.Of([.. numbers.Select(T.CreateChecked)]);
    }
}
