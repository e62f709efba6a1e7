using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Metrics;

public class QueryRanksTests
{
    [Fact]
    public void Ranks_counted_elsewhere_have_one_block_for_each_query()
    {
        var ranks = new QueryRanks([new(3, 0), new(0, 9), new(4, 5)], 10);
        Assert.Equal(3, ranks.Count);
        Assert.Equal([new RankBlock(0, 9, 1, 0)], ranks[1]);
        Assert.Equal([new RankBlock(4, 5, 1, 0)], ranks[2]);
        Assert.Equal([9, 9, 9], Enumerable.Range(0, 3).Select(ranks.Negatives));
        Assert.Equal([1, 1, 1], Enumerable.Range(0, 3).Select(ranks.Positives));
        Assert.Equal(new RankingCounts(0, 2, 0, 0), ranks.Counts);
    }

    [Fact]
    public void Counts_that_cannot_be_are_refused()
    {
        Refusal.Of<ArgumentException>(() => _ = new QueryRanks([new(0, 0), new(-1, 0)], 3), "ranks[1] is RankCounts { Above = -1", "fewer than the 3 candidates");
        Refusal.Of<ArgumentException>(() => _ = new QueryRanks([new(0, -1)], 3), "ranks[0] is RankCounts { Above = 0, Tied = -1");
        Refusal.Of<ArgumentException>(() => _ = new QueryRanks([new(1, 2)], 3), "ranks[0]");
        Refusal.Of<ArgumentException>(() => _ = new QueryRanks([new(int.MaxValue, int.MaxValue)], int.MaxValue), "ranks[0]");
    }

    [Fact]
    public void A_slice_has_the_named_queries_in_the_named_order() => RandomCases.Check(draw =>
    {
        RankCase tied = RankCase.Tied(draw, draw.Length(), 5);
        int[] queries = draw.Ids(draw.Length(minimum: 0), tied.Ranks.Count);
        QueryRanks slice = tied.Ranks.Slice(queries);
        Same(queries.Select(query => (tied.Ranks, query)), slice);
        Assert.Equal(tied.Ranks.Counts, slice.Counts);
    });

    [Fact]
    public void Parts_come_one_after_the_other_and_their_counts_are_added() => RandomCases.Check(draw =>
    {
        QueryRanks[] parts = [.. Enumerable.Range(0, draw.Length(minimum: 0)).Select(_ => RankCase.Tied(draw, draw.Length(), 5).Ranks)];
        QueryRanks all = QueryRanks.Concat(parts);
        Same(parts.SelectMany(part => Enumerable.Range(0, part.Count).Select(query => (part, query))), all);
        Assert.Equal(
            new RankingCounts(
                parts.Sum(part => part.Counts.ScoredPairs),
                parts.Sum(part => part.Counts.TiedPositives),
                parts.Sum(part => part.Counts.NaNPositives),
                parts.Sum(part => part.Counts.NaNCompetitors)),
            all.Counts);

        // Slices of what was joined find their blocks too.
        int[] queries = draw.Ids(all.Count == 0 ? 0 : 3, all.Count);
        Same(queries.Select(query => (all, query)), QueryRanks.Concat([all.Slice(queries)]));
    });

    [Fact]
    public void The_positives_of_a_query_are_those_of_all_its_blocks() => RandomCases.Check(draw =>
    {
        RankCase tied = RankCase.Tied(draw, draw.Length(), 6);
        Assert.Equal(tied.Queries.Select(query => query.Count(entry => entry.Positive)), Enumerable.Range(0, tied.Ranks.Count).Select(tied.Ranks.Positives));
    });

    [Fact]
    public void Queries_and_parts_that_are_not_there_are_refused()
    {
        var ranks = new QueryRanks([new(0, 0), new(1, 0)], 2);
        Refusal.Of<ArgumentOutOfRangeException>(() => ranks.Slice([0, 2]), "queries[1] is 2; expected one of the 2 queries");
        Refusal.Of<ArgumentOutOfRangeException>(() => ranks.Slice([-1]), "queries[0] is -1");
        Refusal.Of<ArgumentNullException>(() => QueryRanks.Concat(null!), "parts");
        Refusal.Of<ArgumentException>(() => QueryRanks.Concat([ranks, null!]), "parts must not hold null, but number 1 is");
    }

    private static void Same(IEnumerable<(QueryRanks Ranks, int Query)> expected, QueryRanks actual)
    {
        (QueryRanks Ranks, int Query)[] queries = [.. expected];
        Assert.Equal(queries.Length, actual.Count);
        for (int i = 0; i < queries.Length; i++)
        {
            Assert.Equal(queries[i].Ranks[queries[i].Query], actual[i]);
            Assert.Equal(queries[i].Ranks.Negatives(queries[i].Query), actual.Negatives(i));
        }
    }
}
