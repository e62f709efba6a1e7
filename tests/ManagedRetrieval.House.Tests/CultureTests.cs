using System.Globalization;

namespace ManagedRetrieval.House.Tests;

/// <summary>The second run of the tests in continuous integration is meant to be Turkish.</summary>
public class CultureTests
{
    [Fact]
    public void The_tests_run_under_the_culture_that_the_environment_asks_for()
    {
        if (Environment.GetEnvironmentVariable("LC_ALL") == "tr_TR.UTF-8")
        {
            Assert.Equal("tr-TR", CultureInfo.CurrentCulture.Name);
            Assert.Equal("\u0131", "I".ToLower(CultureInfo.CurrentCulture));
        }
    }
}
