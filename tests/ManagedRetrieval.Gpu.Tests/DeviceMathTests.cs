using ManagedRetrieval.Gpu.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Gpu.Tests;

public sealed class DeviceMathTests
{
    [Fact]
    public void The_exponential_is_right_to_two_units_in_the_last_place_and_ends_in_zero() => RandomCases.Check(
        draw =>
        {
            float x = (float)draw.Uniform(-87, 80);
            Assert.InRange(DeviceMath.Exp(x) / Math.Exp(x), 1 - 2.4e-7, 1 + 2.4e-7);
            Assert.Equal(0, DeviceMath.Exp(-87.5f - (float)draw.Uniform(0, 1000)));
        },
        cases: 2000);

    [Fact]
    public void The_exponential_of_zero_is_exactly_one_and_far_below_it_is_zero()
    {
        Assert.Equal(1, DeviceMath.Exp(0));
        Assert.Equal(0, DeviceMath.Exp(float.MinValue));
        Assert.Equal(0, DeviceMath.Exp(float.NegativeInfinity));
    }

    [Fact]
    public void The_logarithm_is_right_to_the_last_digits_and_exactly_zero_at_one() => RandomCases.Check(
        draw =>
        {
            float x = (float)Math.Pow(10, draw.Uniform(-30, 30)), near = (float)draw.Uniform(0.5, 2);
            Assert.Equal(Math.Log(x), DeviceMath.Log(x), 2e-7 * Math.Max(1, Math.Abs(Math.Log(x))));
            Assert.Equal(Math.Log(near), DeviceMath.Log(near), 2.4e-7 * Math.Max(0.3, Math.Abs(Math.Log(near))));
            Assert.Equal(0, DeviceMath.Log(1));
        },
        cases: 2000);

    [Fact]
    public void The_loss_of_a_margin_and_its_derivative_are_right_on_either_side_of_zero() => RandomCases.Check(
        draw =>
        {
            float x = (float)draw.Uniform(-60, 60);
            double softplus = Math.Max(x, 0.0) + Math.Log(1 + Math.Exp(-Math.Abs((double)x)));
            softplus = x < -15 ? Math.Exp(x) : softplus;
            Assert.InRange(DeviceMath.Softplus(x) / softplus, 1 - 5e-7, 1 + 5e-7);
            Assert.InRange(DeviceMath.Sigmoid(x) * (1 + Math.Exp(-(double)x)), 1 - 5e-7, 1 + 5e-7);
        },
        cases: 2000);

    [Fact]
    public void A_key_orders_as_score_and_row_do_and_gives_them_back() => RandomCases.Check(
        draw =>
        {
            float a = Score(draw), b = Score(draw);
            int rowA = draw.Below(int.MaxValue), rowB = draw.Below(4) == 0 ? rowA : draw.Below(int.MaxValue);
            ulong keyA = ScoreKey.Of(a, rowA), keyB = ScoreKey.Of(b, rowB);
            Assert.Equal(a == b ? rowB.CompareTo(rowA) : a.CompareTo(b), keyA.CompareTo(keyB));
            Assert.Equal(a, ScoreKey.Score(keyA));
            Assert.Equal(rowA, ScoreKey.Row(keyA));
            Assert.True(keyA > ScoreKey.None);
            Assert.Equal(ScoreKey.None, ScoreKey.Of(float.NaN, rowA));
            Assert.Equal(ScoreKey.None, ScoreKey.Of(-float.NaN, rowA));
        },
        cases: 2000);

    private static float Score(Draw draw) => draw.OneOf(0f, -0f, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, (float)draw.Uniform(-4, 4), draw.Between(-2, 2));
}
