using System.Numerics;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class RankBlocksTests
{
    [Fact]
    public void Blocks_are_those_of_counting_every_score_by_itself() => RandomCases.Check(
        draw =>
        {
            BlocksOf<float>(draw);
            BlocksOf<double>(draw);
        },
        cases: 500,
        size: 20);

    [Fact]
    public void Positives_with_ties_and_NaN_by_hand()
    {
        // Scores: others 9, 5, 5, 2, 1; positives 7, 5, 5, 1, NaN, NaN. NaN stands below all: 5 others and 4 positives above it.
        var blocks = new RankBlock[6];
        int count = RankBlocks.Build([1, float.NaN, 5, 7, 5, float.NaN], [4, 5, 1, 1, 1, 5], [1, 0, 2, 0, 2, 0], blocks);
        Assert.Equal([new(1, 0, 1, 0), new(2, 2, 2, 1), new(7, 1, 1, 3), new(9, 0, 2, 4)], blocks[..count]);
    }

    [Fact]
    public void Both_zeros_are_one_score() => Assert.Equal([new RankBlock(1, 0, 2, 0)], Blocks([0.0, -0.0], [1, 1], [0, 0]));

    [Fact]
    public void Infinities_are_scores_like_others() => Assert.Equal(
        [new(0, 0, 1, 0), new(2, 1, 1, 1), new(5, 0, 1, 2)],
        Blocks([double.NegativeInfinity, double.PositiveInfinity, 3], [3, 0, 1], [0, 0, 1]));

    [Fact]
    public void No_positives_make_no_block() => Assert.Equal(0, RankBlocks.Build<float>([], [], [], []));

    private static void BlocksOf<T>(Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] positives = Scores(draw.Length(minimum: 0));
        T[] others = Scores(draw.Length(minimum: 0));
        int[] above = [.. positives.Select(score => others.Count(other => T.IsNaN(score) || other > score))];
        int[] tied = [.. positives.Select(score => others.Count(other => other == score))];

        var expected = new List<RankBlock>();
        foreach (T score in positives.Where(score => !T.IsNaN(score)).Distinct().OrderDescending())
        {
            int better = positives.Count(other => other > score);
            expected.Add(new RankBlock(
                others.Count(other => other > score) + better, others.Count(other => other == score), positives.Count(other => other == score), better));
        }

        if (positives.Count(T.IsNaN) is > 0 and var lost)
        {
            expected.Add(new RankBlock(others.Length + positives.Length - lost, 0, lost, positives.Length - lost));
        }

        Assert.Equal(expected, Blocks(positives, above, tied));

        T[] Scores(int count)
        {
            var scores = new T[count];
            for (int i = 0; i < count; i++)
            {
                scores[i] = draw.Below(6) == 0 ? T.NaN : T.CreateChecked(draw.Between(-3, 3) / 2.0);
            }

            return scores;
        }
    }

    private static RankBlock[] Blocks<T>(T[] positives, int[] above, int[] tied)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var blocks = new RankBlock[positives.Length];
        return blocks[..RankBlocks.Build<T>(positives, above, tied, blocks)];
    }
}
