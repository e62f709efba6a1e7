using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Scoring;

public class TopKSinkTests
{
    [Fact]
    public void Keeps_what_a_full_sort_would_put_first() => RandomCases.Check(
        draw =>
        {
            int count = draw.Between(1, 2 * draw.Size);
            double[][] scores = [Scored.Draw(draw, count), Scored.Draw(draw, count)];
            for (int k = 1; k <= count; k++)
            {
                double[] best = new double[2 * k];
                int[] rows = new int[2 * k];
                int[] sizes = new int[2];
                best.AsSpan().Fill(99);
                var sink = new TopKSink<double>(k, best, rows, sizes);
                foreach (Range tile in Scored.Tiles(draw, count))
                {
                    sink.Accept(0, tile.Start.Value, scores[0].AsSpan(tile));
                    sink.Accept(1, tile.Start.Value, scores[1].AsSpan(tile));
                }

                sink.Finish(0, 1);
                sink.Finish(1, 1);
                for (int query = 0; query < 2; query++)
                {
                    (double Score, int Row)[] expected = [.. Naive.TopK<double>(scores[query], k).Where(entry => entry.Row >= 0)];
                    Assert.Equal(expected.Length, sizes[query]);
                    Assert.Equal(expected.Select(entry => entry.Row), rows.Skip(query * k).Take(sizes[query]));
                    Agree.Exactly<double>("scores", [.. expected.Select(entry => entry.Score)], best.AsSpan(query * k, sizes[query]));
                }
            }
        },
        cases: 150,
        size: 30);

    [Fact]
    public void A_row_that_is_excluded_or_not_admitted_is_as_if_it_were_not_there_wherever_tiles_are_cut() => RandomCases.Check(
        draw =>
        {
            int count = draw.Between(1, 2 * draw.Size);
            int k = draw.Between(1, count);
            double[][] scores = [Scored.Draw(draw, count), Scored.Draw(draw, count)];
            (int[] excluded, int[] offsets) = draw.Subsets(2, count);
            double[] best = new double[2 * k];
            int[] rows = new int[2 * k];
            int[] sizes = new int[2];
            bool[] admitted = [.. Enumerable.Range(0, count).Select(_ => draw.Below(3) > 0)];
            var sink = new TopKSink<double>(k, best, rows, sizes, excluded, offsets, Bits.Of(admitted));
            foreach (Range tile in Scored.Tiles(draw, count))
            {
                sink.Accept(0, tile.Start.Value, scores[0].AsSpan(tile));
                sink.Accept(1, tile.Start.Value, scores[1].AsSpan(tile));
            }

            sink.Finish(0, 2);
            for (int query = 0; query < 2; query++)
            {
                int[] skipped = excluded[offsets[query]..offsets[query + 1]];
                double[] left = [.. scores[query].Select((score, row) => skipped.Contains(row) || !admitted[row] ? double.NaN : score)];
                (double Score, int Row)[] expected = [.. Naive.TopK<double>(left, k).Where(entry => entry.Row >= 0)];
                Assert.Equal(expected.Length, sizes[query]);
                Assert.Equal(expected.Select(entry => entry.Row), rows.Skip(query * k).Take(sizes[query]));
                Agree.Exactly<double>("scores", [.. expected.Select(entry => entry.Score)], best.AsSpan(query * k, sizes[query]));
            }
        },
        cases: 400,
        size: 30);

    [Fact]
    public void Nothing_but_NaN_leaves_nothing()
    {
        int[] sizes = new int[1];
        var sink = new TopKSink<float>(2, new float[2], new int[2], sizes);
        sink.Accept(0, 0, [float.NaN, float.NaN, float.NaN]);
        sink.Finish(0, 1);
        Assert.Equal(0, sizes[0]);
    }
}
