using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class FactorizedTopKTests
{
    [Fact]
    public void Ranks_are_those_of_a_double_loop_with_ties_copies_and_NaN() => RandomCases.Check(
        draw =>
        {
            (Tensor<float> queries, Tensor<float> candidates, int[] positives) = Case(draw, draw.Length(), draw.Length(), draw.Length());
            Assert.Equal(Reference(queries, candidates, positives), FactorizedTopK.Rank(queries, candidates, positives));
        },
        cases: 400,
        size: 30);

    [Theory]
    [InlineData(63, 511)]
    [InlineData(64, 512)]
    [InlineData(65, 513)]
    [InlineData(150, 1300)]
    public void Block_edges_lose_and_repeat_nothing(int queryCount, int candidateCount)
    {
        (Tensor<float> queries, Tensor<float> candidates, int[] positives) = Case(new Draw(31, 12), queryCount, candidateCount, 5);
        positives[0] = candidateCount - 1;
        positives[1] = 0;
        RankCounts[] expected = Reference(queries, candidates, positives);
        Assert.Equal(expected, FactorizedTopK.Rank(queries, candidates, positives));
        foreach (int workers in (int[])[1, 2, 3, 8])
        {
            using var team = new WorkerTeam(workers);
            Assert.Equal(expected, FactorizedTopK.Rank(queries, candidates, positives, team));
        }

        Assert.Contains(expected, rank => rank.Tied > 0);
        Assert.Contains(expected, rank => rank.Above > 0);
    }

    [Fact]
    public void A_copy_of_the_positive_ties_exactly_and_its_own_row_never_competes()
    {
        // Values whose products do not add up exactly: only the same chain of operations ties.
        Tensor<float> queries = new Draw(32, 12).Tensor<float>(new Shape(40, 33));
        Tensor<float> candidates = new Draw(33, 12).Tensor<float>(new Shape(41, 33));
        int[] positives = [.. Enumerable.Repeat(3, 40)];
        RankCounts[] before = FactorizedTopK.Rank(queries, candidates.Rows(0, 40), positives);
        candidates.Row(3).CopyTo(candidates.Row(40));
        RankCounts[] after = FactorizedTopK.Rank(queries, candidates, positives);
        Assert.All(before, rank => Assert.Equal(0, rank.Tied));
        Assert.Equal(before.Select(rank => rank with { Tied = 1 }), after);
    }

    [Fact]
    public void A_constant_model_ties_with_everything()
    {
        Tensor<float> same = new(new Shape(7, 3));
        same.Span.Fill(0.3f);
        RankCounts[] ranks = FactorizedTopK.Rank(same, same, [0, 1, 2, 3, 4, 5, 6]);
        Assert.All(ranks, rank => Assert.Equal(new RankCounts(0, 6), rank));
        Assert.Equal(1 / 7.0, RankMetric.TopKAccuracy(1).Of(new QueryRanks(ranks, 7)), 1e-12);
    }

    [Fact]
    public void A_positive_that_is_NaN_ranks_last_and_a_competitor_that_is_NaN_is_ignored()
    {
        Tensor<float> queries = Tensor<float>.Of(new float[,] { { 1 }, { 1 } });
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 3 }, { float.NaN }, { 2 }, { float.NaN }, { 1 } });
        Assert.Equal([new RankCounts(4, 0), new RankCounts(1, 0)], FactorizedTopK.Rank(queries, candidates, [1, 2]));
    }

    [Theory]
    [InlineData(TiePolicy.Expected)]
    [InlineData(TiePolicy.Optimistic)]
    [InlineData(TiePolicy.Pessimistic)]
    public void A_query_that_is_NaN_ranks_its_positive_last_under_every_tie_policy(TiePolicy policy)
    {
        // Its scores are all NaN: were they ignored, a model that has diverged would have perfect metrics.
        const int Candidates = 8;
        Tensor<float> queries = Tensor<float>.Of(new float[,] { { float.NaN, 1 }, { 1, float.NaN } });
        var ranks = new QueryRanks(FactorizedTopK.Rank(queries, new Draw(35, 12).Tensor<float>(new Shape(Candidates, 2)), [0, Candidates - 1]), Candidates);
        Assert.Equal(0, RankMetric.TopKAccuracy(1).Of(ranks, policy));
        Assert.Equal(0, RankMetric.TopKAccuracy(Candidates - 1).Of(ranks, policy));
        Assert.Equal(1, RankMetric.TopKAccuracy(Candidates).Of(ranks, policy));
        Assert.Equal(1.0 / Candidates, RankMetric.ReciprocalRank.Of(ranks, policy), 1e-15);
    }

    [Fact]
    public void A_lone_candidate_is_first() => Assert.Equal(
        [new RankCounts(0, 0)], FactorizedTopK.Rank(Tensor<float>.Of(new float[,] { { 1, 2 } }), Tensor<float>.Of(new float[,] { { 1, 2 } }), [0]));

    [Fact]
    public void No_queries_give_no_ranks() => Assert.Empty(FactorizedTopK.Rank(new Tensor<float>(new Shape(0, 2)), new Tensor<float>(new Shape(3, 2)), []));

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refused("queryEmbeddings", "[Q, d]", new Shape(2), new Shape(3, 2), 0, 0);
        Refused("queryEmbeddings", "at least 1, not [2, 0]", new Shape(2, 0), new Shape(3, 0), 0, 0);
        Refused("candidateEmbeddings", "[N, 2], not [3, 4]", new Shape(2, 2), new Shape(3, 4), 0, 0);
        Refused("candidateEmbeddings", "[N, 2], not [3]", new Shape(2, 2), new Shape(3), 0, 0);
        Refused("positives", "each of the 2 queries, not 1", new Shape(2, 2), new Shape(3, 2), 0);
        Refused("positives", "0 to 2, but number 1 is 3", new Shape(2, 2), new Shape(3, 2), 0, 3);
        Refused("positives", "0 to 2, but number 0 is -1", new Shape(2, 2), new Shape(3, 2), -1, 0);

        static void Refused(string argument, string part, Shape queries, Shape candidates, params int[] positives)
        {
            ArgumentException error = Assert.Throws<ArgumentException>(
                argument, () => FactorizedTopK.Rank(new Tensor<float>(queries), new Tensor<float>(candidates), positives));
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_cancelled_ranking_stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        using var team = new WorkerTeam(2);
        (Tensor<float> queries, Tensor<float> candidates, int[] positives) = Case(new Draw(34, 12), 200, 20, 3);
        Assert.Throws<OperationCanceledException>(() => FactorizedTopK.Rank(queries, candidates, positives, null, source.Token));
        Assert.Throws<OperationCanceledException>(() => FactorizedTopK.Rank(queries, candidates, positives, team, source.Token));
    }

    /// <summary>Small integers tie often; some rows are copies of a positive, some hold NaN.</summary>
    private static (Tensor<float> Queries, Tensor<float> Candidates, int[] Positives) Case(Draw draw, int queryCount, int candidateCount, int width)
    {
        bool integers = draw.Bool() || candidateCount > 500;
        Tensor<float> queries = Values(queryCount);
        Tensor<float> candidates = Values(candidateCount);
        int[] positives = draw.Ids(queryCount, candidateCount);
        for (int i = 0; i < candidateCount; i++)
        {
            switch (draw.Below(8))
            {
                case 0:
                    candidates.Row(positives[draw.Below(queryCount)]).CopyTo(candidates.Row(i));
                    break;
                case 1:
                    candidates.Row(i)[draw.Below(width)] = float.NaN;
                    break;
            }
        }

        return (queries, candidates, positives);

        Tensor<float> Values(int rows)
        {
            var tensor = new Tensor<float>(new Shape(rows, width));
            for (int i = 0; i < tensor.Span.Length; i++)
            {
                tensor.Span[i] = integers ? draw.Between(-2, 2) : (float)draw.Uniform(-1, 1);
            }

            return tensor;
        }
    }

    private static RankCounts[] Reference(Tensor<float> queries, Tensor<float> candidates, int[] positives)
    {
        var ranks = new RankCounts[positives.Length];
        for (int i = 0; i < ranks.Length; i++)
        {
            float own = Score(queries.Row(i), candidates.Row(positives[i]));
            (int above, int tied) = (0, 0);
            for (int j = 0; j < candidates.Shape.Rows; j++)
            {
                float score = Score(queries.Row(i), candidates.Row(j));
                if (j != positives[i])
                {
                    above += float.IsNaN(own) || score > own ? 1 : 0;
                    tied += score == own ? 1 : 0;
                }
            }

            ranks[i] = new RankCounts(above, tied);
        }

        return ranks;
    }

    private static float Score(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        float sum = 0;
        for (int d = 0; d < x.Length; d++)
        {
            sum = MathF.FusedMultiplyAdd(x[d], y[d], sum);
        }

        return sum;
    }
}
