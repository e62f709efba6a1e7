using ManagedRetrieval.FuzzHost;

namespace ManagedRetrieval.Tests.Persistence;

/// <summary>A short run of what <c>tests/fuzz.sh</c> does at length.</summary>
public class FuzzTests
{
    [Fact]
    public void Changed_and_sealed_files_give_a_clear_error_or_what_they_hold()
    {
        const int Executions = 20_000;
        var figures = new FuzzFigures();
        FuzzFailure? failure = Fuzzer.Run(seed: 7, first: 0, Executions, figures);
        Assert.True(failure is null, $"execution {failure?.Number}, made from {failure?.Seed}: {failure?.Exception}");

        // Otherwise the run would say little about what lies behind the first check.
        Assert.InRange(figures.HeadersAccepted, Executions / 20, Executions);
        Assert.InRange(figures.Loaded, Executions / 20, figures.HeadersAccepted - 1);
        Assert.InRange(figures.Used, Executions / 50, figures.Loaded - 1);
        Assert.InRange(figures.Damaged, Executions / 5, Executions / 3);
        Assert.InRange(figures.AnsweredDamaged, figures.Damaged / 4, figures.Damaged - 1);
    }

    [Fact]
    public void The_same_seed_makes_the_same_files()
    {
        var one = new FuzzFigures();
        var other = new FuzzFigures();
        Fuzzer.Run(seed: 8, first: 0, 600, one);
        Fuzzer.Run(seed: 8, first: 0, 350, other);
        Fuzzer.Run(seed: 8, first: 350, 250, other);
        Assert.Equal((one.Executions, one.HeadersAccepted, one.Loaded, one.Used), (other.Executions, other.HeadersAccepted, other.Loaded, other.Used));
    }
}
