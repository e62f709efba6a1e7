using ManagedRetrieval.Engine.Kernels.Scoring;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Scoring;

public class RankSinkTests
{
    [Fact]
    public void Counts_what_a_plain_loop_counts_for_any_number_of_positives_wherever_tiles_are_cut() => RandomCases.Check(
        draw =>
        {
            (int queries, int count, int ranges) = (draw.Between(1, 3), draw.Between(1, 2 * draw.Size), draw.Between(1, 3));
            double[][] scores = [.. Enumerable.Range(0, queries).Select(_ => Scored.Draw(draw, count))];
            int[] offsets = draw.Offsets(queries, longest: 3);

            // Most thresholds are scores of the query, as those of positives are.
            double[] thresholds = [.. Enumerable.Range(0, queries).SelectMany(query => Enumerable
                .Range(0, offsets[query + 1] - offsets[query])
                .Select(_ => draw.Below(4) == 0 ? draw.Value(Domain.Any) : scores[query][draw.Below(count)]))];
            (int[] above, int[] tied) = (new int[ranges * thresholds.Length], new int[ranges * thresholds.Length]);
            (int[] scored, int[] noNumbers) = (new int[ranges * queries], new int[ranges * queries]);
            var sink = new RankSink<double>(offsets, thresholds, above, tied, scored, noNumbers);
            foreach (Range tile in Scored.Tiles(draw, count))
            {
                int range = draw.Below(ranges);
                for (int query = 0; query < queries; query++)
                {
                    sink.Accept((range * queries) + query, tile.Start.Value, scores[query].AsSpan(tile));
                }
            }

            for (int query = 0; query < queries; query++)
            {
                Assert.Equal(count, OfRanges(scored, query));
                Assert.Equal(scores[query].Count(double.IsNaN), OfRanges(noNumbers, query));
                for (int positive = offsets[query]; positive < offsets[query + 1]; positive++)
                {
                    Assert.Equal(scores[query].Count(score => score > thresholds[positive]), OfRanges(above, positive));
                    Assert.Equal(scores[query].Count(score => score == thresholds[positive]), OfRanges(tied, positive));
                }
            }

            int OfRanges(int[] counts, int place) => counts.Chunk(counts.Length / ranges).Sum(range => range[place]);
        },
        cases: 200,
        size: 20);

    [Fact]
    public void Queries_and_positives_are_counted_apart()
    {
        (int[] above, int[] tied, int[] scored, int[] noNumbers) = (new int[3], new int[3], new int[3], new int[3]);
        var sink = new RankSink<float>([0, 1, 1, 3], [1f, 3f, float.NaN], above, tied, scored, noNumbers);
        sink.Accept(0, 0, [1, 2, 1]);
        sink.Accept(1, 0, [float.NaN, float.NaN]);
        sink.Accept(2, 0, [3, 3, 4, float.NaN]);
        sink.Finish(0, 3);
        Assert.Equal([1, 1, 0], above);
        Assert.Equal([2, 2, 0], tied);
        Assert.Equal([3, 2, 4], scored);
        Assert.Equal([0, 2, 1], noNumbers);
    }
}
