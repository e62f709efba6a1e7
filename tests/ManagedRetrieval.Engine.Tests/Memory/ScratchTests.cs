using ManagedRetrieval.Engine.Memory;

namespace ManagedRetrieval.Engine.Tests.Memory;

public class ScratchTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Has_exactly_the_asked_length(int length)
    {
        using var scratch = new Scratch<float>(length);
        Assert.Equal(length, scratch.Span.Length);
    }

    [Fact]
    public void Two_at_once_never_share_memory()
    {
        using var first = new Scratch<int>(100);
        using var second = new Scratch<int>(100);
        first.Span.Fill(1);
        second.Span.Fill(2);
        Assert.False(first.Span.ContainsAnyExcept(1));
    }

    [Fact]
    public void Renting_again_allocates_nothing()
    {
        Rent();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            Rent();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Rent()
        {
            using var scratch = new Scratch<double>(500);
            scratch.Span.Fill(1);
        }
    }
}
