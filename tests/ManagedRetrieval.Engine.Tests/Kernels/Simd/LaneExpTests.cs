using System.Numerics;
using System.Runtime.Intrinsics;
using ManagedRetrieval.Engine.Kernels.Simd;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Simd;

public class LaneExpTests
{
    [Fact]
    public void Is_within_two_units_in_the_last_place_in_float() => RandomCases.Check(
        draw =>
        {
            float x = (float)draw.Uniform(-87.3, 80);
            double exact = Math.Exp(x);
            Assert.InRange(Math.Abs(Scalar(x) - exact) / exact, 0, 2.4e-7);
        },
        cases: 20_000);

    [Fact]
    public void Is_within_two_units_in_the_last_place_in_double() => RandomCases.Check(
        draw =>
        {
            double x = draw.Uniform(-708, 700);
            Assert.InRange(Math.Abs(Scalar(x) / Math.Exp(x) - 1), 0, 4.5e-16);
        },
        cases: 20_000);

    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.MinValue)]
    [InlineData(-1000f)]
    [InlineData(-88f)]
    public void Is_exactly_zero_far_below(float x)
    {
        Assert.Equal(0f, Scalar(x));
        Assert.Equal(0.0, Scalar(x < -87 && x > -700 ? -709.0 : x));
    }

    [Fact]
    public void Every_width_gives_the_same_bits() => RandomCases.Check(
        draw =>
        {
            float x = (float)draw.Uniform(-100, 80);
            Assert.Equal(Scalar(x), LaneExp<float, Vector128<float>, Lanes128<float>>.Run(Vector128.Create(x))[1]);
            Assert.Equal(Scalar(x), LaneExp<float, Vector256<float>, Lanes256<float>>.Run(Vector256.Create(x))[3]);
            Assert.Equal(Scalar(x), LaneExp<float, Vector512<float>, Lanes512<float>>.Run(Vector512.Create(x))[9]);
            double y = draw.Uniform(-720, 700);
            Assert.Equal(Scalar(y), LaneExp<double, Vector128<double>, Lanes128<double>>.Run(Vector128.Create(y))[1]);
            Assert.Equal(Scalar(y), LaneExp<double, Vector256<double>, Lanes256<double>>.Run(Vector256.Create(y))[2]);
            Assert.Equal(Scalar(y), LaneExp<double, Vector512<double>, Lanes512<double>>.Run(Vector512.Create(y))[7]);
        },
        cases: 5_000);

    private static T Scalar<T>(T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => LaneExp<T, T, OneLane<T>>.Run(x);
}
