using System.Numerics;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Scoring;

public class FirstAboveTests
{
    [Fact]
    public void Is_what_a_plain_loop_finds_at_every_length_with_NaN_infinities_and_ties() => RandomCases.Check(
        draw =>
        {
            Check<float>(draw);
            Check<double>(draw);
        },
        cases: 400,
        size: 200);

    private static void Check<T>(Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Mostly low, so that what is above lies far apart.
        int rare = draw.OneOf(2, 20, 400);
        T Value() => draw.Below(rare) > 0 ? -T.One
            : draw.OneOf(T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.Zero, T.NegativeZero, T.One, T.CreateChecked(2));
        T[] values = [.. Enumerable.Range(0, draw.Between(0, draw.Size)).Select(_ => Value())];
        using GuardedMemory<T> guarded = GuardedMemory<T>.Of(values);
        foreach (T threshold in (T[])[T.NaN, T.NegativeInfinity, -T.One, T.Zero, T.One, T.PositiveInfinity])
        {
            int start = draw.Between(0, values.Length), expected = start;
            while (expected < values.Length && !(values[expected] > threshold))
            {
                expected++;
            }

            Assert.Equal(expected, FirstAbove.Of<T>(guarded.GetSpan(), start, threshold));
        }
    }
}
