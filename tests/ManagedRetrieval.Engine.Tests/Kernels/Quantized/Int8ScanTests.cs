using ManagedRetrieval.Engine.Kernels.Quantized;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class Int8ScanTests
{
    [Fact]
    public void Every_width_hands_over_the_rows_and_scores_that_a_plain_loop_finds() => RandomCases.Check(
        draw => Check(new Case(draw, draw.Between(0, 100), draw.Between(1, draw.Size), draw.Between(0, 10)), draw),
        size: 40);

    [Fact]
    public void Every_number_of_rows_and_queries_ends_where_it_should()
    {
        for (int rows = 0; rows <= 50; rows++)
        {
            var draw = new Draw((ulong)rows, 1);
            Check(new Case(draw, rows, 1 + (rows % 9), rows % 7), draw);
        }
    }

    [Theory]
    [InlineData(127, 64)]
    [InlineData(-127, 64)]
    [InlineData(127, -64)]
    [InlineData(-127, -64)]
    public void The_greatest_elements_do_not_saturate(int row, int query)
    {
        const int Rows = 20, Depth = 100;
        sbyte[] elements = new sbyte[Rows * Depth], of = new sbyte[Depth];
        elements.AsSpan().Fill((sbyte)row);
        of.AsSpan().Fill((sbyte)query);
        byte[] packed = new byte[Int8Rows.PackedLength(Rows, Depth)];
        Int8Rows.Pack(elements, Depth, packed);
        float[] scales = [.. Enumerable.Repeat(1f, Rows)], scores = new float[Rows];
        foreach (ScanStrategy strategy in Scanned<float>.Strategies)
        {
            Int8Scan.Scores(packed, scales, Depth, of, new Int8Query(1, 128 * query * Depth), scores, strategy);
            Assert.All(scores, score => Assert.Equal(row * query * Depth, score));
        }
    }

    [Fact]
    public void A_score_is_close_to_the_product() => RandomCases.Check(
        draw =>
        {
            int depth = draw.Between(1, draw.Size);
            (float[] row, float[] query) = ([.. draw.Values(depth).Select(x => (float)x)], [.. draw.Values(depth).Select(x => (float)x)]);
            sbyte[] elements = new sbyte[depth], of = new sbyte[Int8Rows.Padded(depth)];
            byte[] packed = new byte[Int8Rows.PackedLength(1, depth)];
            float scale = Int8Rows.Quantise(row, elements);
            Int8Rows.Pack(elements, depth, packed);
            Int8Query quantised = Int8Query.Quantise(query, of);
            float[] score = new float[1];
            Int8Scan.Scores(packed, [scale], depth, of, quantised with { Bias = 3 }, score);
            double exact = 3 + row.Select((x, d) => (double)x * query[d]).Sum();
            double most = row.Select((x, d) => (0.51 * scale * Math.Abs(query[d])) + (0.51 * quantised.Scale * (Math.Abs(x) + scale))).Sum();
            Assert.Equal(exact, score[0], most + 1e-4);
        },
        size: 100);

    [Fact]
    public void Fill_ups_of_a_query_are_zero_whatever_the_memory_held()
    {
        sbyte[] elements = [9, 9, 9, 9, 9, 9, 9, 9];
        Int8Query query = Int8Query.Quantise([1, -2, 0, 4, 2], elements);
        Assert.Equal([16, -32, 0, 64, 32, 0, 0, 0], elements);
        Assert.Equal(new Int8Query(4f / 64, 128 * 80), query);
    }

    [Fact]
    public void A_threshold_that_rises_counts_from_the_next_group_on_in_every_width() => RandomCases.Check(
        draw =>
        {
            var of = new Case(draw, draw.Between(0, 200), draw.Between(1, draw.Size), draw.Between(1, 6));
            List<(int, int, float)>? expected = null;
            foreach (ScanStrategy strategy in Scanned<float>.Strategies)
            {
                var sink = new Scanned<float>([.. Enumerable.Repeat(float.NegativeInfinity, of.Queries.Length)]) { Raises = true };
                Int8Scan.Run(of.Packed, of.Scales, of.Depth, of.QueryElements, of.Queries, 0, 0, ref sink, strategy);
                Assert.Equal(expected ??= sink.Rows, sink.Rows);
            }
        });

    [Fact]
    public void A_scan_allocates_nothing()
    {
        var of = new Case(new Draw(1, 1), 1000, 64, 6);
        var sink = new Scanned<float>([.. Enumerable.Repeat(float.PositiveInfinity, 6)]);
        float[] scores = new float[1000];
        for (int time = 0; time < 2; time++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Int8Scan.Run(of.Packed, of.Scales, 64, of.QueryElements, of.Queries, 0, 0, ref sink);
            Int8Scan.Scores(of.Packed, of.Scales, 64, of.QueryElements, of.Queries[0], scores);
            Assert.True(time == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    private static void Check(Case of, Draw draw)
    {
        using GuardedMemory<byte> packed = GuardedMemory<byte>.Of(of.Packed);
        using GuardedMemory<float> scales = GuardedMemory<float>.Of(of.Scales);
        using GuardedMemory<sbyte> elements = GuardedMemory<sbyte>.Of(of.QueryElements);
        float some = of.Scores.Length == 0 ? 0 : of.Scores[draw.Below(of.Scores.Length)];
        int rows = of.Scales.Length, padded = Int8Rows.Padded(of.Depth);
        foreach (float threshold in (ReadOnlySpan<float>)[float.NegativeInfinity, some, MathF.BitIncrement(some), float.PositiveInfinity, float.NaN])
        {
            (int, int, float)[] expected = [.. of.Scores.Select((score, i) => (2 + (i % of.Queries.Length), 500 + (i / of.Queries.Length), score))
                .Where(entry => entry.score >= threshold)];
            foreach (ScanStrategy strategy in Scanned<float>.Strategies)
            {
                var sink = new Scanned<float>([.. Enumerable.Repeat(threshold, of.Queries.Length + 2)]);
                Int8Scan.Run(packed.GetSpan(), scales.GetSpan(), of.Depth, elements.GetSpan(), of.Queries, 2, 500, ref sink, strategy);
                Assert.Equal(expected, sink.Rows.OrderBy(entry => entry.Row).ThenBy(entry => entry.Query));
            }
        }

        foreach (ScanStrategy strategy in Scanned<float>.Strategies)
        {
            for (int query = 0; query < of.Queries.Length; query++)
            {
                using var scores = new GuardedMemory<float>(rows);
                Int8Scan.Scores(packed.GetSpan(), scales.GetSpan(), of.Depth, of.QueryElements.AsSpan(query * padded, padded), of.Queries[query], scores.GetSpan(), strategy);
                Assert.Equal(Enumerable.Range(0, rows).Select(row => of.Scores[(row * of.Queries.Length) + query]), scores.GetSpan().ToArray());
            }
        }
    }

    private sealed class Case
    {
        public Case(Draw draw, int rows, int depth, int queries)
        {
            Depth = depth;
            int padded = Int8Rows.Padded(depth);
            sbyte[] elements = Int8RowsTests.Elements(draw, rows * depth);
            Packed = new byte[Int8Rows.PackedLength(rows, depth)];
            Int8Rows.Pack(elements, depth, Packed);
            Scales = [.. draw.Values(rows).Select(value => MathF.Abs((float)value))];
            QueryElements = new sbyte[queries * padded];
            Queries = new Int8Query[queries];
            for (int query = 0; query < queries; query++)
            {
                sbyte[] of = Int8RowsTests.Elements(draw, depth, 64);
                of.CopyTo(QueryElements, query * padded);
                Queries[query] = new Int8Query((float)draw.Uniform(), 128 * of.Sum(element => element), draw.Bool() ? 0 : (float)draw.Uniform(-9, 9));
            }

            Scores = [.. Enumerable.Range(0, rows * queries).Select(i =>
            {
                (int row, int query) = Math.DivRem(i, queries);
                int dot = Enumerable.Range(0, depth).Sum(d => elements[(row * depth) + d] * QueryElements[(query * padded) + d]);
                float byRow = dot * Scales[row], byQuery = byRow * Queries[query].Scale;
                return byQuery + Queries[query].Bias;
            })];
        }

        public int Depth { get; }

        public byte[] Packed { get; }

        public float[] Scales { get; }

        public sbyte[] QueryElements { get; }

        public Int8Query[] Queries { get; }

        /// <summary>[rows, queries].</summary>
        public float[] Scores { get; }
    }
}
