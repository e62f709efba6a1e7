using System.Collections.Concurrent;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Indexing;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Indexing;

/// <summary>Queries that may find few rows.</summary>
public class RowScanTests
{
    [Fact]
    public void Queries_that_share_their_admissible_rows_are_scored_together_and_shared_out()
    {
        using var team = new WorkerTeam(2);
        var index = new Recording(2000, team);
        Tensor<float> queries = new Draw(88, 12).Tensor<float>(new Shape(50, 1));
        index.Search(queries, 3, new CandidateFilter<int> { Predicate = identifier => identifier % 50 == 0 });
        Assert.Equal(50, index.Scored.Sum(part => part.Queries));
        Assert.All(index.Scored, part => Assert.Equal(40, part.Rows));
        Assert.InRange(index.Scored.Count, 2, 10);
    }

    [Fact]
    public void Queries_with_inclusions_of_their_own_between_others_get_their_own_rows() => RandomCases.Check(
        draw =>
        {
            int count = draw.Between(1, 40), rows = 3000;
            Tensor<float> queries = draw.Tensor<float>(new Shape(count, 1));
            IReadOnlyCollection<int>?[] Lists(int longest) => [.. Enumerable.Range(0, count).Select(_ => draw.Bool() ? draw.Ids(draw.Below(longest), rows) : null)];
            var filter = new CandidateFilter<int> { Inclusions = Lists(2000), Exclusions = Lists(2900), Predicate = identifier => identifier % 17 == 0 };
            using var team = new WorkerTeam(3);
            var index = new Recording(rows, team);
            ScoredCandidate<int>[][] found = index.Search(queries, 20, filter);
            for (int query = 0; query < count; query++)
            {
                float of = queries.Row(query)[0];
                Assert.Equal(
                    Enumerable.Range(0, rows)
                        .Where(row => row % 17 == 0 && filter.Inclusions![query]?.Contains(row) is not false && filter.Exclusions![query]?.Contains(row) is not true)
                        .Select(row => new ScoredCandidate<int>(row, of * row, row))
                        .OrderByDescending(candidate => candidate.Score)
                        .ThenBy(candidate => candidate.Row)
                        .Take(20),
                    found[query]);
            }
        },
        cases: 60);

    [Fact]
    public void Cancelling_stops_between_rows()
    {
        using var stop = new CancellationTokenSource();
        var index = new Recording(100_000, WorkerTeam.Inline) { WhileScoring = stop.Cancel };
        int[] all = [.. Enumerable.Range(0, 50_000)];
        Assert.Throws<OperationCanceledException>(
            () => index.Search(new Tensor<float>(new Shape(2, 1)), 3, new CandidateFilter<int> { Inclusions = [all, all] }, stop.Token));
        Assert.InRange(Assert.Single(index.Scored).Rows, 1, 5000);
    }

    [Fact]
    public void Cancelling_stops_between_the_rows_that_a_search_left_out()
    {
        using var stop = new CancellationTokenSource();
        var index = new Recording(100_000, WorkerTeam.Inline) { WhileScoring = stop.Cancel, FindsNothing = true };
        Assert.Throws<OperationCanceledException>(() => index.Search(new Tensor<float>(new Shape(1, 1)), 3, cancellationToken: stop.Token));
        Assert.InRange(Assert.Single(index.Scored).Rows, 1, 5000);
    }

    [Theory]
    [InlineData(3000, 1)]
    [InlineData(2, 3000)]
    [InlineData(200_000, 1)]
    public void Rows_are_scored_so_many_at_once_that_their_floats_and_their_scores_of_all_heads_stay_few(int dimensions, int heads)
    {
        var index = new Recording(3000, WorkerTeam.Inline, dimensions);
        index.Search(new Tensor<float>(new Shape(1, heads, dimensions)), 3, new CandidateFilter<int> { Inclusions = [[.. Enumerable.Range(0, 50)]] });
        Assert.Equal(50, index.Scored.Sum(part => part.Rows));
        Assert.All(index.Scored, part => Assert.InRange((long)part.Rows * Math.Max(dimensions, heads), 1, Math.Max(100_000, dimensions)));
    }

    /// <summary>A query's number times the row's scores a row; what is scored one by one is written down, and no search is expected unless it finds nothing.</summary>
    private sealed class Recording(int rows, WorkerTeam team, int dimensions = 1) : TopKIndex<int>(dimensions, [.. Enumerable.Range(0, rows)], Similarity.DotProduct)
    {
        public ConcurrentBag<(int Queries, int Rows)> Scored { get; } = [];

        public Action? WhileScoring { get; init; }

        public bool FindsNothing { get; init; }

        public override bool IsExact => !FindsNothing;

        internal override WorkerTeam Workers => team;

        private protected override void SearchRows(
            Tensor<float> queries, Tensor<float> scores, Span<int> rows, in RowLimits limits, CancellationToken cancellationToken)
        {
            Assert.True(FindsNothing, "It searched.");
            rows.Fill(-1);
        }

        private protected override void ScoreRows(ReadOnlySpan<float> queries, int count, ReadOnlySpan<int> rows, Span<float> scores)
        {
            Scored.Add((count, rows.Length));
            WhileScoring?.Invoke();
            for (int i = 0; i < scores.Length; i++)
            {
                scores[i] = queries[i / rows.Length] * rows[i % rows.Length];
            }
        }
    }
}
