using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class Int8TopKTests
{
    [Fact]
    public void Lists_are_those_of_a_full_sort_of_what_each_may_find() => RandomCases.Check(
        draw => Check(draw, draw.Between(1, 5 * draw.Size), draw.Length(), queries: draw.Between(0, 12), heads: draw.Between(1, 3), k: draw.Between(1, draw.Size)),
        size: 40);

    [Theory]
    [InlineData(65_535, 1, 1, 20)]
    [InlineData(65_536, 1, 1, 20)]
    [InlineData(100_001, 1, 2, 300)]
    [InlineData(270_000, 1, 1, 5)]
    [InlineData(140_003, 33, 1, 7)]
    public void Ranges_of_rows_lose_and_repeat_nothing_for_any_number_of_workers(int rows, int queries, int heads, int k) =>
        Check(new Draw(95, 12), rows, 3, queries, heads, k);

    [Fact]
    public void A_cancelled_search_says_so() => Assert.Throws<OperationCanceledException>(
        () => Int8TopK.Run(new byte[64], [1f], 4, new sbyte[4], [default], 1, new float[1], new int[1], default, WorkerTeam.Inline, new CancellationToken(canceled: true)));

    private static void Check(Draw draw, int rows, int depth, int queries, int heads, int k)
    {
        // Few values, so that scores tie; a scale of 0 ties with all its like.
        sbyte[] elements = [.. draw.Ids(rows * depth, 5).Select(x => (sbyte)(x - 2))];
        float[] rowScales = [.. draw.Ids(rows, 3).Select(x => x / 2f)];
        byte[] packed = new byte[Int8Rows.PackedLength(rows, depth)];
        Int8Rows.Pack(elements, depth, packed);
        int lists = heads * queries, padded = Int8Rows.Padded(depth);
        sbyte[] rounded = new sbyte[lists * padded];
        var of = new Int8Query[lists];
        for (int list = 0; list < lists; list++)
        {
            float[] query = [.. draw.Ids(depth, 3).Select(x => x - 1f)];
            of[list] = Int8Query.Quantise(query, rounded.AsSpan(list * padded, padded));
        }

        (int[] excluded, int[] offsets) = rows < 1000 && draw.Bool() ? draw.Subsets(queries, rows) : ([], []);
        ulong[] admitted = draw.Bool() ? [] : [.. Enumerable.Range(0, (rows + 63) / 64).Select(word => 0x9E3779B97F4A7C15UL * (ulong)(word + 1))];
        (float Score, int Row)[][] expected = [.. Enumerable.Range(0, lists).Select(Expected)];
        foreach (int workers in (int[])[1, 2, 3])
        {
            using var team = new WorkerTeam(workers);
            float[] scores = new float[lists * k];
            int[] found = new int[lists * k];
            Int8TopK.Run(packed, rowScales, depth, rounded, of, k, scores, found, new ScanLimits(excluded, offsets, admitted), team);
            for (int list = 0; list < lists; list++)
            {
                Assert.Equal(expected[list], scores.Zip(found).Skip(list * k).Take(k));
            }
        }

        (float Score, int Row)[] Expected(int list)
        {
            float[] scores = new float[rows];
            Int8Scan.Scores(packed, rowScales, depth, rounded.AsSpan(list * padded, padded), of[list], scores);
            int query = list % queries;
            for (int row = 0; row < rows; row++)
            {
                bool isExcluded = offsets.Length > 0 && excluded.AsSpan(offsets[query], offsets[query + 1] - offsets[query]).Contains(row);
                bool isAdmitted = admitted.Length == 0 || ((admitted[row / 64] >> (row % 64)) & 1) != 0;
                scores[row] = isAdmitted && !isExcluded ? scores[row] : float.NaN;
            }

            return Naive.TopK<float>(scores, k);
        }
    }
}
