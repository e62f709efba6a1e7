using ManagedRetrieval.Engine.Memory;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Memory;

public class ArenaTests
{
    [Fact]
    public void Pieces_start_on_cache_lines_and_never_share_memory_in_any_step() => RandomCases.Check(
        draw =>
        {
            var arena = new Arena<int>();
            for (int step = 0; step < 3; step++)
            {
                Memory<int>[] pieces = [.. Lengths(draw).Select(arena.Allocate)];
                for (int i = 0; i < pieces.Length; i++)
                {
                    pieces[i].Span.Fill(i);
                }

                for (int i = 0; i < pieces.Length; i++)
                {
                    Assert.False(pieces[i].Span.ContainsAnyExcept(i), $"piece {i} was written over");
                    Assert.True(pieces[i].IsEmpty || AlignedBufferTests.Address(pieces[i]) % 64 == 0, $"piece {i} starts off a line");
                }

                arena.Reset();
            }
        },
        cases: 40,
        size: 20);

    [Fact]
    public void A_step_like_the_one_before_allocates_nothing() => RandomCases.Check(
        draw =>
        {
            int[] lengths = Lengths(draw);
            var arena = new Arena<float>();
            Step(arena, lengths);
            arena.Reset();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int step = 0; step < 3; step++)
            {
                Step(arena, lengths);
                arena.Reset();
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        },
        cases: 40,
        size: 20);

    private static void Step(Arena<float> arena, int[] lengths)
    {
        foreach (int length in lengths)
        {
            arena.Allocate(length);
        }
    }

    private static int[] Lengths(Draw draw)
    {
        int[] lengths = new int[draw.Between(1, draw.Size)];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = draw.Between(0, draw.OneOf(3, 100, 10_000, 40_000));
        }

        return lengths;
    }
}
