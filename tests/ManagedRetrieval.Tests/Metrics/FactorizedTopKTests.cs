using System.Numerics;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Features;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class FactorizedTopKTests
{
    [Fact]
    public void Ranks_are_those_of_a_full_sort_with_ties_copies_NaN_heads_and_exclusions() => RandomCases.Check(
        draw =>
        {
            OnePositive(new CorpusCase<float>(draw), draw);
            OnePositive(new CorpusCase<double>(draw), draw);
        },
        cases: 300,
        size: 25);

    [Fact]
    public void Several_positives_or_none_are_ranked_as_by_a_full_sort() => RandomCases.Check(
        draw =>
        {
            Several(new CorpusCase<float>(draw), draw);
            Several(new CorpusCase<double>(draw), draw);
        },
        cases: 300,
        size: 25);

    [Theory]
    [InlineData(64, 512)]
    [InlineData(65, 513)]
    [InlineData(150, 1300)]
    [InlineData(2, 20_000)]
    public void Block_edges_lose_and_repeat_nothing_and_workers_change_nothing(int queryCount, int candidateCount)
    {
        var draw = new Draw(31, 12);
        var known = new CorpusCase<float>(draw, queryCount, candidateCount);
        (int[] rows, int[] offsets) = draw.Subsets(queryCount, Math.Min(candidateCount, 12));
        int[][] positives = [.. Enumerable.Range(0, queryCount).Select(query => rows[offsets[query]..offsets[query + 1]])];
        (positives[0], known.Excluded[0]) = ([candidateCount - 1, 0], []);
        known.Queries.Row(0).Fill(1);
        known.Candidates.Row(0).Fill(1);
        known.Candidates.Row(0).CopyTo(known.Candidates.Row(candidateCount - 2));
        positives[1] = [1];
        known.Queries.Row(1).Fill(float.NaN);
        RankReference expected = Reference(known, positives, known.Excluded);
        foreach (int workers in (int[])[1, 2, 3, 8])
        {
            using var team = new WorkerTeam(workers);
            QueryRanks ranks = FactorizedTopK.Rank(
                known.Queries, known.Candidates, RankReference.Ragged(positives), RankReference.Ragged(known.Excluded), team);
            expected.AssertSame(ranks, candidateCount);
            Assert.True(ranks.Counts is { TiedPositives: > 0, NaNPositives: > 0, NaNCompetitors: > 0 });
        }
    }

    [Fact]
    public void A_copy_of_the_positive_ties_exactly_and_its_own_row_never_competes()
    {
        // Values whose products do not add up exactly: only the same chain of operations ties.
        foreach (int heads in (int[])[1, 4])
        {
            Tensor<float> queries = new Draw(32, 12).Tensor<float>(new Shape(40, heads, 33));
            Tensor<float> candidates = new Draw(33, 12).Tensor<float>(new Shape(41, 33));
            int[] positives = [.. Enumerable.Repeat(3, 40)];
            QueryRanks before = FactorizedTopK.Rank(queries, candidates.Rows(0, 40), positives);
            candidates.Row(3).CopyTo(candidates.Row(40));
            QueryRanks after = FactorizedTopK.Rank(queries, candidates, positives);
            Assert.All(Blocks(before), block => Assert.Equal(0, block.Others));
            Assert.Equal(Blocks(before).Select(block => block with { Others = 1 }), Blocks(after));
            Assert.Equal((0, 40), (before.Counts.TiedPositives, after.Counts.TiedPositives));
        }
    }

    [Fact]
    public void A_constant_model_ties_with_everything()
    {
        Tensor<float> same = new(new Shape(7, 3));
        same.Span.Fill(0.3f);
        QueryRanks ranks = FactorizedTopK.Rank(same, same, [0, 1, 2, 3, 4, 5, 6]);
        Assert.All(Blocks(ranks), block => Assert.Equal(new RankBlock(0, 6, 1, 0), block));
        Assert.Equal(new RankingCounts(49, 7, 0, 0), ranks.Counts);
        Assert.Equal(1 / 7.0, RankMetric.TopKAccuracy(1).Of(ranks), 1e-12);
    }

    [Fact]
    public void A_positive_that_is_NaN_ranks_last_and_a_competitor_that_is_NaN_is_ignored()
    {
        Tensor<float> queries = Tensor<float>.Of(new float[,] { { 1 }, { 1 } });
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 3 }, { float.NaN }, { 2 }, { float.NaN }, { 1 } });
        QueryRanks ranks = FactorizedTopK.Rank(queries, candidates, [1, 2]);
        Assert.Equal([new RankBlock(4, 0, 1, 0), new RankBlock(1, 0, 1, 0)], Blocks(ranks));
        Assert.Equal((3, 2), (ranks.Negatives(0), ranks.Negatives(1)));
        Assert.Equal(new RankingCounts(10, 0, 1, 3), ranks.Counts);
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
        QueryRanks ranks = FactorizedTopK.Rank(queries, new Draw(35, 12).Tensor<float>(new Shape(Candidates, 2)), [0, Candidates - 1]);
        Assert.Equal(0, RankMetric.TopKAccuracy(1).Of(ranks, policy));
        Assert.Equal(0, RankMetric.TopKAccuracy(Candidates - 1).Of(ranks, policy));
        Assert.Equal(1, RankMetric.TopKAccuracy(Candidates).Of(ranks, policy));
        Assert.Equal(1.0 / Candidates, RankMetric.ReciprocalRank.Of(ranks, policy), 1e-15);
        Assert.Equal(0, RankMetric.Auc.Of(ranks, policy));
        Assert.Equal(0, ranks.Negatives(0));
    }

    [Fact]
    public void Positives_that_share_a_score_share_a_block_and_do_not_compete_with_one_another()
    {
        // Scores 5, 3, 3, 3, 2, 1 and NaN; positives are 5, two of the threes, 1 and NaN.
        Tensor<double> candidates = Tensor<double>.Of(new double[,] { { 3 }, { 5 }, { 3 }, { 1 }, { double.NaN }, { 2 }, { 3 } });
        QueryRanks ranks = FactorizedTopK.Rank(Tensor<double>.Of(new double[,] { { 1 } }), candidates, RankReference.Ragged([[4, 2, 3, 0, 1]]));
        Assert.Equal([new(0, 0, 1, 0), new(1, 1, 2, 1), new(5, 0, 1, 3), new(6, 0, 1, 4)], ranks[0].ToArray());
        Assert.Equal(2, ranks.Negatives(0));
        Assert.Equal(new RankingCounts(7, 2, 1, 0), ranks.Counts);
    }

    [Fact]
    public void Exclusions_take_candidates_out_but_never_a_positive()
    {
        Tensor<float> candidates = Tensor<float>.Of(new float[,] { { 3 }, { 2 }, { 2 }, { 2 }, { float.NaN }, { 1 } });
        QueryRanks ranks = FactorizedTopK.Rank(
            Tensor<float>.Of(new float[,] { { 1 }, { 1 } }), candidates, [2, 2], RankReference.Ragged([[4, 3, 2, 0, 3], []]));
        Assert.Equal([new RankBlock(0, 1, 1, 0), new RankBlock(1, 2, 1, 0)], Blocks(ranks));
        Assert.Equal((2, 4), (ranks.Negatives(0), ranks.Negatives(1)));
        Assert.Equal(new RankingCounts(12, 2, 0, 1), ranks.Counts);
    }

    [Fact]
    public void A_lone_candidate_is_first()
    {
        QueryRanks ranks = FactorizedTopK.Rank(Tensor<float>.Of(new float[,] { { 1, 2 } }), Tensor<float>.Of(new float[,] { { 1, 2 } }), [0]);
        Assert.Equal([new RankBlock(0, 0, 1, 0)], Blocks(ranks));
        Assert.Equal(0, ranks.Negatives(0));
    }

    [Fact]
    public void No_queries_give_no_ranks()
    {
        QueryRanks ranks = FactorizedTopK.Rank(new Tensor<float>(new Shape(0, 2)), new Tensor<float>(new Shape(3, 2)), []);
        Assert.Equal((0, default(RankingCounts)), (ranks.Count, ranks.Counts));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refused("queryEmbeddings", "[Q, d]", new Shape(2), new Shape(3, 2), 0, 0);
        Refused("queryEmbeddings", "at least 1, not [2, 0]", new Shape(2, 0), new Shape(3, 0), 0, 0);
        Refused("queryEmbeddings", "at least 1, not [2, 0, 2]", new Shape(2, 0, 2), new Shape(3, 2), 0, 0);
        Refused("queryEmbeddings", "at least 1, not [2, 2, 0]", new Shape(2, 2, 0), new Shape(3, 0), 0, 0);
        Refused("candidateEmbeddings", "[N, 2], not [3, 4]", new Shape(2, 2), new Shape(3, 4), 0, 0);
        Refused("candidateEmbeddings", "[N, 2], not [3, 4]", new Shape(2, 2, 2), new Shape(3, 4), 0, 0);
        Refused("candidateEmbeddings", "[N, 2], not [3]", new Shape(2, 2), new Shape(3), 0, 0);
        Refused("candidateEmbeddings", "at least one row to rank among, but the shape is [0, 2]", new Shape(0, 2), new Shape(0, 2));
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
    public void Lists_that_do_not_fit_are_refused()
    {
        Tensor<float> queries = new(new Shape(2, 2)), candidates = new(new Shape(3, 2));
        Refused("positives", "one list for each of the 2 queries, not 1", [[0]], null);
        Refused("positives", "0 to 2, but query 1 has 3", [[0], [1, 3]], null);
        Refused("positives", "query 1 has row 2 twice", [[0], [2, 0, 2]], null);
        Refused("excluded", "one list for each of the 2 queries, not 3", [[0], [1]], [[], [], []]);
        Refused("excluded", "0 to 2, but query 0 has 3", [[0], [1]], [[1, 3], []]);
        Assert.Throws<ArgumentNullException>("positives", () => FactorizedTopK.Rank(queries, candidates, (RaggedIds)null!));

        void Refused(string argument, string part, int[][] positives, int[][]? excluded)
        {
            RaggedIds? lists = excluded is null ? null : RankReference.Ragged(excluded);
            ArgumentException error = Assert.Throws<ArgumentException>(
                argument, () => FactorizedTopK.Rank(queries, candidates, RankReference.Ragged(positives), lists));
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
            if (argument == "excluded")
            {
                Assert.Throws<ArgumentException>(argument, () => FactorizedTopK.Rank(queries, candidates, [0, 1], lists));
            }
        }
    }

    [Fact]
    public void A_cancelled_ranking_stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        using var team = new WorkerTeam(2);
        var known = new CorpusCase<float>(new Draw(34, 12), 200, 20);
        int[] positives = new int[200];
        Assert.Throws<OperationCanceledException>(() => FactorizedTopK.Rank(known.Queries, known.Candidates, positives, null, null, source.Token));
        Assert.Throws<OperationCanceledException>(() => FactorizedTopK.Rank(known.Queries, known.Candidates, positives, null, team, source.Token));
    }

    private static RankBlock[] Blocks(QueryRanks ranks) => [.. Enumerable.Range(0, ranks.Count).Select(query => Assert.Single(ranks[query].ToArray()))];

    private static void OnePositive<T>(CorpusCase<T> known, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] positives = draw.Ids(known.QueryCount, known.CandidateCount);
        int[][] lists = [.. positives.Select(row => new[] { row })];
        int[][] none = [.. positives.Select(_ => Array.Empty<int>())];
        Reference(known, lists, none).AssertSame(FactorizedTopK.Rank(known.Queries, known.Candidates, positives), known.CandidateCount);
        Reference(known, lists, known.Excluded).AssertSame(
            FactorizedTopK.Rank(known.Queries, known.Candidates, positives, RankReference.Ragged(known.Excluded)), known.CandidateCount);
    }

    private static void Several<T>(CorpusCase<T> known, Draw draw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int[] rows, int[] offsets) = draw.Subsets(known.QueryCount, known.CandidateCount);
        int[][] positives = [.. Enumerable.Range(0, known.QueryCount).Select(query => rows[offsets[query]..offsets[query + 1]].Reverse().ToArray())];
        Reference(known, positives, known.Excluded).AssertSame(
            FactorizedTopK.Rank(known.Queries, known.Candidates, RankReference.Ragged(positives), RankReference.Ragged(known.Excluded)), known.CandidateCount);
    }

    private static RankReference Reference<T>(CorpusCase<T> known, int[][] positives, int[][] excluded)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[][] scores = RankReference.Scores(known.Queries, known.Candidates);
        var reference = new RankReference();
        for (int query = 0; query < scores.Length; query++)
        {
            reference.Add(
                scores[query].Where((_, row) => !positives[query].Contains(row) && !excluded[query].Contains(row)),
                positives[query].Select(row => scores[query][row]));
        }

        return reference;
    }
}
