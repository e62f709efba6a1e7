using System.Globalization;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class GradientCheckResultTests
{
    [Fact]
    public void A_failure_says_where_with_both_numbers_in_any_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR");
            var result = new GradientCheckResult(0.25, 1e-6, "element 3 of 'w'", 1.5, -2.75);
            Assert.False(result.Passed);
            Refusal.Of<InvalidOperationException>(result.ThrowIfFailed, "failed", "0.25", "1e-06", "element 3 of 'w'", "analytic 1.5", "numeric -2.75");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(1e-6, true)]
    [InlineData(0, true)]
    [InlineData(1.1e-6, false)]
    [InlineData(double.PositiveInfinity, false)]
    [InlineData(double.NaN, false)]
    public void An_error_up_to_the_tolerance_passes(double error, bool passes)
    {
        var result = new GradientCheckResult(error, 1e-6, "here", 1, 1);
        Assert.Equal(passes, result.Passed);
        Assert.StartsWith(passes ? "passed" : "failed", result.ToString(), StringComparison.Ordinal);
        Assert.Equal(passes, Record.Exception(result.ThrowIfFailed) is null);
    }
}
