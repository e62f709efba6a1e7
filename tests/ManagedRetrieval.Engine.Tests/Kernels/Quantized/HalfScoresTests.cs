using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
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
            int first = rows / 3;
            new HalfScores(guarded.GetSpan(), width).Score(of, heads, 7, first, rows - first, new Collect(actual, 7, 0, rows));
            new HalfScores(guarded.GetSpan(), width).Score(of, heads, 7, 0, first, new Collect(actual, 7, 0, rows));
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
        new HalfScores(halves, Width).Score(of, heads, 0, 0, Rows, new Collect(expected, 0, 0, Rows));
        foreach (int workers in (ReadOnlySpan<int>)[1, 3])
        {
            using var team = new WorkerTeam(workers);
            float[] actual = new float[queries * Rows];
            int[] finished = new int[queries * ranges];
            ScoreTiles.RunAll<float, HalfScores, Collect>(
                of, new HalfScores(halves, Width), new Collect(actual, 0, 0, Rows) { Queries = queries, Finished = finished }, team, heads, ranges);
            Agree.Exactly<float>($"{workers} workers", expected, actual);
            Assert.All(finished, times => Assert.Equal(1, times));
        }
    }

    [Theory]
    [InlineData(40, 3, 1, 5)]
    [InlineData(700, 1, 3, 700)]
    [InlineData(17_000, 1, 1, 9)]
    [InlineData(33_001, 2, 2, 2500)]
    [InlineData(20_000, 120, 1, 3)]
    public void The_best_rows_are_those_of_a_search_of_the_widened_rows(int rows, int queries, int heads, int k)
    {
        var draw = new Draw(96, 12);
        Half[] halves = [.. draw.Values(rows * 3).Select(x => (Half)Math.Round(x, 1))];
        Tensor<float> vectors = draw.Tensor<float>(new Shape(queries, heads, 3));
        (int[] excluded, int[] offsets) = draw.Subsets(queries, Math.Min(rows, 300));
        ulong[] admitted = [.. Enumerable.Range(0, (rows + 63) / 64).Select(word => 0x9E3779B97F4A7C15UL * (ulong)(word + 1))];
        float[] scores = new float[queries * k], expected = new float[queries * k];
        int[] found = new int[queries * k], right = new int[queries * k];
        TopKSearch.Run<float>(vectors.Span, [.. halves.Select(x => (float)x)], 3, heads, k, expected, right, excluded, offsets, admitted, WorkerTeam.Inline);
        foreach (int workers in (int[])[1, 3])
        {
            using var team = new WorkerTeam(workers);
            TopKSearch.Run<float, HalfScores>(vectors.Span, new HalfScores(halves, 3), heads, k, scores, found, excluded, offsets, admitted, team);
            Assert.Equal(right, found);
            Assert.Equal(expected, scores);
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
            new HalfScores(halves, 64).Score(of, 1, 0, 0, 1000, new Collect(scores, 0, 0, 1000));
            new HalfScores(halves, 64).Score(of.AsSpan(0, 64), 1, 0, 0, 1000, new Collect(scores, 0, 0, 1000));
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
