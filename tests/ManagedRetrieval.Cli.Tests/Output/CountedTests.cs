using ManagedRetrieval.Cli.Output;

namespace ManagedRetrieval.Cli.Tests.Output;

public class CountedTests
{
    [Theory]
    [InlineData(0, "0 queries", "0 epochs")]
    [InlineData(1, "1 query", "1 epoch")]
    [InlineData(2, "2 queries", "2 epochs")]
    [InlineData(1001, "1,001 queries", "1,001 epochs")]
    public void Only_one_thing_is_called_by_the_singular(long count, string irregular, string regular)
    {
        Assert.Equal(irregular, Counted.Of(count, "query", "queries"));
        Assert.Equal(regular, Counted.Of(count, "epoch"));
    }
}
