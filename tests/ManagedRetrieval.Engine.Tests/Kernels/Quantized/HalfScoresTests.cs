using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class HalfScoresTests
{
    [Fact]
    public void Scores_have_the_bits_of_those_of_the_same_rows_as_floats() => RandomCases.Check(
        draw =>
        {
            (int queries, int heads, int rows, int width) = (draw.Between(0, 5), draw.Between(1, 3), draw.Between(0, draw.Size), draw.Between(1, 70));
            float[] of = [.. draw.Values(queries * heads * width).Select(value => (float)value)];
            Half[] halves = [.. draw.Values(rows * width).Select(value => (Half)value)];
            float[] floats = [.. halves.Select(half => (float)half)], expected = new float[queries * rows], actual = new float[queries * rows];
            ScoreTiles.Run(of, 0, queries, floats, width, new Collect(expected, 0, 0, rows), heads);
            using GuardedMemory<Half> guarded = GuardedMemory<Half>.Of(halves);
            HalfScores.Run(of, guarded.GetSpan(), width, 7, 100, new Collect(actual, 7, 100, rows), heads);
            Agree.Exactly<float>($"{rows} × {width}", expected, actual);
        },
        size: 400);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 3, 1)]
    [InlineData(230, 2, 1)]
    [InlineData(60, 1, 4)]
    public void Any_number_of_workers_and_ranges_gives_the_bits_of_one_run(int queries, int ranges, int heads)
    {
        const int Rows = 5000, Width = 9;
        var draw = new Draw(1, 1);
        float[] of = [.. draw.Values(queries * heads * Width).Select(value => (float)value)];
        Half[] halves = [.. draw.Values(Rows * Width).Select(value => (Half)value)];
        float[] expected = new float[queries * Rows];
        HalfScores.Run(of, halves, Width, 0, 0, new Collect(expected, 0, 0, Rows), heads);
        foreach (int workers in (ReadOnlySpan<int>)[1, 3])
        {
            using var team = new WorkerTeam(workers);
            float[] actual = new float[queries * Rows];
            int[] finished = new int[queries * ranges];
            HalfScores.RunAll(of, halves, Width, new Collect(actual, 0, 0, Rows) { Queries = queries, Finished = finished }, team, heads, ranges);
            Agree.Exactly<float>($"{workers} workers", expected, actual);
            Assert.All(finished, times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void Scoring_allocates_nothing()
    {
        Half[] halves = new Half[1000 * 64];
        float[] of = new float[3 * 64], scores = new float[3 * 1000];
        for (int time = 0; time < 2; time++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            HalfScores.Run(of, halves, 64, 0, 0, new Collect(scores, 0, 0, 1000));
            HalfScores.Run(of.AsSpan(0, 64), halves, 64, 0, 0, new Collect(scores, 0, 0, 1000));
            Assert.True(time == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    /// <summary>Keeps every score: [queries, rows].</summary>
    private readonly struct Collect(float[] scores, int firstQuery, int firstRow, int rows) : IScoreSink<float>
    {
        /// <summary>Queries of a range, where there are some ranges.</summary>
        public int Queries { get; init; } = int.MaxValue;

        public int[]? Finished { get; init; }

        public void Accept(int query, int row, ReadOnlySpan<float> some) =>
            some.CopyTo(scores.AsSpan(((query - firstQuery) % Queries * rows) + row - firstRow));

        public void Finish(int first, int count)
        {
            for (int i = first; i < first + count && Finished is not null; i++)
            {
                Interlocked.Increment(ref Finished[i]);
            }
        }
    }
}
