using System.Numerics;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class LogitRanksTests
{
    [Fact]
    public void Ranks_and_counts_are_those_of_a_double_loop_with_ties_removed_entries_and_NaN() => RandomCases.Check(
        draw =>
        {
            RanksOf<float>(draw);
            RanksOf<double>(draw);
        },
        cases: 300,
        size: 50);

    [Fact]
    public void A_batch_by_hand()
    {
        Tensor<double> values = Tensor<double>.Of(new double[,]
        {
            { 3, 9, 3, double.NaN }, { 1, 2, 3, 4 }, { 5, double.NaN, double.NaN, 7 }, { 1, 1, 1, 1 },
        });
        const double Gone = double.NegativeInfinity;
        Tensor<double> kept = Tensor<double>.Of(new double[,] { { 0, Gone, 0, 0 }, { 0, 0, 0, 0 }, { 0, double.NaN, 0, 0 }, { Gone, Gone, Gone, Gone } });

        // Row 0: column 0 ties with 2; column 1 is removed, 3 is NaN. Row 1: columns 1 and 3. Row 2: column 2 is NaN, below 0, 1 and 3. Row 3: dropped.
        QueryRanks ranks = LogitRanks.Of(values, kept, new OpIndices(new[] { 0, 1, 3, 2 }, new[] { 0, 1, 3, 4, 4 }));
        Assert.Equal(4, ranks.Count);
        Assert.Equal([new RankBlock(0, 1, 1, 0)], ranks[0]);
        Assert.Equal([new RankBlock(0, 0, 1, 0), new RankBlock(2, 0, 1, 1)], ranks[1]);
        Assert.Equal([new RankBlock(3, 0, 1, 0)], ranks[2]);
        Assert.True(ranks[3].IsEmpty);
        Assert.Equal([1, 2, 2, 0], Enumerable.Range(0, 4).Select(ranks.Negatives));
        Assert.Equal(new RankingCounts(3 + 4 + 4, 1, 1, 2), ranks.Counts);
    }

    [Fact]
    public void One_pass_scores_each_pair_once_for_every_k()
    {
        RankCase distinct = RankCase.Distinct(new Draw(41, 12), 6, 10);
        long before = distinct.Ranks.Counts.ScoredPairs;
        Assert.Equal(10 * distinct.Queries.Count(query => query.Any(entry => entry.Positive)), before);
        foreach (NaiveMetric naive in NaiveMetric.All(Enumerable.Range(1, 10)))
        {
            naive.Metric.Of(distinct.Ranks);
        }

        Assert.Equal(before, distinct.Ranks.Counts.ScoredPairs);
    }

    private static void RanksOf<T>(Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = draw.Length();
        int columns = draw.Length();
        var values = new Tensor<T>(new Shape(rows, columns));
        var kept = new Tensor<T>(new Shape(rows, columns));
        var positives = new List<int>();
        var offsets = new List<int> { 0 };
        var expected = new List<(RankBlock[] Blocks, int Negatives)>();
        (long scored, int tied, int lost, long ignored) = (0, 0, 0, 0);
        for (int i = 0; i < rows; i++)
        {
            int share = draw.OneOf(4, 4, 1, 2);
            int[] own = [.. Enumerable.Range(0, columns).Where(_ => draw.Below(share) == 0)];
            T[] row = values.Row(i).ToArray();
            var others = new List<T>();
            for (int j = 0; j < columns; j++)
            {
                row[j] = draw.Below(6) == 0 ? T.NaN : T.CreateChecked(draw.Between(-2, 2));
                bool removed = draw.Below(3) == 0 && !own.Contains(j);
                kept.Row(i)[j] = removed ? T.NegativeInfinity : T.CreateChecked(draw.Between(-2, 2));
                if (!removed && !own.Contains(j))
                {
                    others.Add(row[j]);
                }
            }

            row.CopyTo(values.Row(i));
            var blocks = new List<RankBlock>();
            foreach (IGrouping<T, T> group in own.Select(j => row[j]).GroupBy(score => score).OrderByDescending(group => group.Key))
            {
                bool isLost = T.IsNaN(group.Key);
                int above = own.Count(j => isLost ? !T.IsNaN(row[j]) : row[j] > group.Key);
                int same = others.Count(other => other == group.Key);
                blocks.Add(new RankBlock(above + others.Count(other => isLost || other > group.Key), same, group.Count(), above));
                tied += same > 0 ? group.Count() : 0;
                lost += isLost ? group.Count() : 0;
            }

            int nans = own.Length == 0 ? 0 : others.Count(T.IsNaN);
            expected.Add(([.. blocks], own.Length == 0 ? 0 : others.Count - nans));
            ignored += nans;
            scored += own.Length == 0 ? 0 : own.Length + others.Count;
            positives.AddRange(own.OrderBy(_ => draw.Uniform()));
            offsets.Add(positives.Count);
        }

        QueryRanks ranks = LogitRanks.Of(values, kept, new OpIndices(positives.ToArray(), offsets.ToArray()));
        Assert.Equal(rows, ranks.Count);
        for (int i = 0; i < rows; i++)
        {
            Assert.Equal(expected[i].Blocks, ranks[i]);
            Assert.Equal(expected[i].Negatives, ranks.Negatives(i));
        }

        Assert.Equal(new RankingCounts(scored, tied, lost, ignored), ranks.Counts);
    }
}
