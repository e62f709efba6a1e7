using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class Int8ReachedTests
{
    [Fact]
    public void Lists_hold_all_rows_that_reach_their_scores_or_say_that_these_are_too_many() => RandomCases.Check(
        draw => Check(draw, draw.Between(1, 5 * draw.Size), draw.Length(), queries: draw.Between(1, 12), heads: draw.Between(1, 3), most: draw.Between(1, draw.Size)),
        size: 40);

    [Theory]
    [InlineData(8192, 1, 1, 20)]
    [InlineData(8193, 40, 1, 3000)]
    [InlineData(50_001, 33, 2, 300)]
    [InlineData(50_001, 1, 1, 20_000)]
    public void Ranges_of_rows_lose_and_repeat_nothing_for_any_number_of_workers(int rows, int queries, int heads, int most) =>
        Check(new Draw(96, 12), rows, 3, queries, heads, most);

    [Fact]
    public void A_cancelled_search_says_so() => Assert.Throws<OperationCanceledException>(() => Int8Reached.Run(
        new byte[64], [1f], 4, new sbyte[4], [default], [0f], new int[1], new int[1], default, WorkerTeam.Inline, new CancellationToken(canceled: true)));

    private static void Check(Draw draw, int rows, int depth, int queries, int heads, int most)
    {
        sbyte[] elements = [.. draw.Ids(rows * depth, 9).Select(x => (sbyte)(x - 4))];
        float[] rowScales = [.. draw.Ids(rows, 5).Select(x => x / 2f)];
        byte[] packed = new byte[Int8Rows.PackedLength(rows, depth)];
        Int8Rows.Pack(elements, depth, packed);
        int lists = heads * queries, padded = Int8Rows.Padded(depth);
        sbyte[] rounded = new sbyte[lists * padded];
        var of = new Int8Query[lists];
        float[] floors = new float[lists];
        int[][] expected = new int[lists][];
        (int[] excluded, int[] offsets) = rows < 1000 && draw.Bool() ? draw.Subsets(queries, rows) : ([], []);
        ulong[] admitted = draw.Bool() ? [] : [.. Enumerable.Range(0, (rows + 63) / 64).Select(word => 0x9E3779B97F4A7C15UL * (ulong)(word + 1))];
        float[] scores = new float[rows];
        for (int list = 0; list < lists; list++)
        {
            float[] query = [.. draw.Ids(depth, 3).Select(x => x - 1f)];
            Span<sbyte> ofList = rounded.AsSpan(list * padded, padded);
            of[list] = Int8Query.Quantise(query, ofList);
            Int8Scan.Scores(packed, rowScales, depth, ofList, of[list], scores);
            floors[list] = draw.OneOf(scores[draw.Below(rows)], scores.Max(), float.NaN, 0f);
            int first = list % queries;
            int[] skipped = offsets.Length == 0 ? [] : excluded[offsets[first]..offsets[first + 1]];
            expected[list] = [.. Enumerable.Range(0, rows).Where(row =>
                scores[row] >= floors[list] && !skipped.Contains(row) && (admitted.Length == 0 || ((admitted[row / 64] >> (row % 64)) & 1) != 0))];
        }

        foreach (int workers in (int[])[1, 2, 3])
        {
            using var team = new WorkerTeam(workers);
            int[] found = new int[lists * most], counts = new int[lists];
            Int8Reached.Run(packed, rowScales, depth, rounded, of, floors, found, counts, new ScanLimits(excluded, offsets, admitted), team);
            for (int list = 0; list < lists; list++)
            {
                if (expected[list].Length > most)
                {
                    Assert.InRange(counts[list], most + 1, expected[list].Length);
                    continue;
                }

                Assert.Equal(expected[list].Length, counts[list]);
                Assert.Equal(expected[list], found.Skip(list * most).Take(counts[list]).Order());
                Assert.All(found.Skip((list * most) + counts[list]).Take(most - counts[list]), row => Assert.Equal(-1, row));
            }
        }
    }
}
