using System.Numerics;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class MaximumGradientTests
{
    [Fact]
    public void What_attains_the_maximum_takes_all_that_is_left() => RandomCases.Check(draw => Check<double>(draw, takes: true), size: 70);

    [Fact]
    public void What_attains_the_maximum_takes_all_that_is_left_in_float() => RandomCases.Check(draw => Check<float>(draw, takes: true), size: 70);

    [Fact]
    public void What_attains_the_maximum_gets_its_share_which_stays() => RandomCases.Check(draw => Check<double>(draw, takes: false), size: 70);

    [Fact]
    public void What_attains_the_maximum_gets_its_share_which_stays_in_float() => RandomCases.Check(draw => Check<float>(draw, takes: false), size: 70);

    private static void Check<T>(Draw draw, bool takes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = draw.Between(0, draw.Size);
        (T[] scores, T[] maximum, T[] source, T[] target) = (new T[length], new T[length], new T[length], new T[length]);
        (T[] expectedSource, T[] expectedTarget) = (new T[length], new T[length]);
        for (int j = 0; j < length; j++)
        {
            (source[j], target[j]) = (T.CreateChecked(draw.Between(1, 9)), T.CreateChecked(draw.Between(-9, 9)));
            (double score, double largest, bool attains) = draw.OneOf(
                (1.0, 1.0, true), (1, 2, false), (-0.0, 0.0, true), (double.NaN, double.NaN, true), (1, double.NaN, false),
                (double.NegativeInfinity, double.NegativeInfinity, true), (double.NegativeInfinity, 3, false));
            (scores[j], maximum[j]) = (T.CreateChecked(score), T.CreateChecked(largest));
            expectedTarget[j] = attains ? target[j] + source[j] : target[j];
            expectedSource[j] = attains && takes ? T.Zero : source[j];
        }

        if (takes)
        {
            MaximumGradient.Take<T>(scores, maximum, source, target);
        }
        else
        {
            MaximumGradient.Add<T>(scores, maximum, source, target);
        }

        Assert.Equal(expectedTarget, target);
        Assert.Equal(expectedSource, source);
    }
}
