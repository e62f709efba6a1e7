using ManagedRetrieval.Engine.Kernels.Quantized;

namespace ManagedRetrieval.Engine.Tests.Kernels.Quantized;

public class TopKScanSinkTests
{
    private const float Infinite = float.NegativeInfinity;

    [Fact]
    public void Once_k_rows_are_known_a_later_row_of_their_range_that_ties_is_not_looked_at_but_one_of_another_range_is()
    {
        const int K = 3;
        int room = GreatestKeys.Room(K);
        float[] floors = [Infinite], scores = [.. Enumerable.Repeat(5f, 16)];
        var sink = new TopKScanSink(K, new ulong[2 * room], new int[2], new ulong[2], floors, new[] { Infinite, Infinite }, default);
        for (int row = 0; row < room; row += 16)
        {
            sink.Accept(1, 1000 + row, 0xFFFF, scores);
        }

        Assert.True(sink.Threshold(1) > 5, "A later row of the range ties in vain.");
        Assert.True(sink.Threshold(0) <= 5, "The range before may hold rows that tie and come first.");
        sink.Accept(0, 0, 0xFFFF, scores);
        float[] best = new float[K];
        int[] rows = new int[K];
        Assert.Equal(K, sink.Finish(1, best, rows));
        Assert.Equal([1000, 1001, 1002], rows);
        Assert.Equal([5f, 5f, 5f], best);
        Assert.Equal(K, sink.Finish(0, best, rows));
        Assert.Equal([0, 1, 2], rows);
    }

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(-0f)]
    public void Scores_at_the_ends_of_floats_stay_comparable(float score)
    {
        int room = GreatestKeys.Room(1);
        float[] scores = [.. Enumerable.Repeat(score, 16)];
        var sink = new TopKScanSink(1, new ulong[room], new int[1], new ulong[1], [Infinite], [Infinite], default);
        for (int row = 0; row < room + 32; row += 16)
        {
            sink.Accept(0, row, 0xFFFF, scores);
        }

        Assert.False(float.IsNaN(sink.Threshold(0)));
        Assert.True(sink.Threshold(0) > score || float.IsPositiveInfinity(score));
        int[] rows = new int[1];
        Assert.Equal(1, sink.Finish(0, new float[1], rows));
        Assert.Equal([0], rows);
    }
}
