using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Data;

namespace ManagedRetrieval.Tests.Evaluation;

public class ScoringRecommenderTests
{
    [Fact]
    public void Ranks_are_those_of_a_full_sort_whoever_does_the_work() => RandomCases.Check(
        draw =>
        {
            (InteractionLog train, HeldOutInteractions heldOut) = HeldOutReference.Random(draw);
            var table = new TableRecommender(train, draw);
            using var team = new WorkerTeam(3);
            foreach (WorkerTeam? workers in (WorkerTeam?[])[null, team])
            {
                HeldOutReference.Ranks(heldOut, user => table.Table[user]).AssertSame(table.Rank(heldOut, workers), heldOut.ItemCount);
            }
        },
        cases: 300,
        size: 80);

    [Fact]
    public void Many_blocks_of_queries_are_ranked_as_few_are()
    {
        // 700 users make 11 blocks of 64 queries; by interaction the users' rows are mixed.
        var draw = new Draw(5, 12);
        InteractionLog log = Logs.Of([.. Enumerable.Range(0, 2100).Select(i => ($"u{i % 700}", $"i{draw.Below(40)}"))]);
        InteractionSplit split = InteractionSplit.Random(log, 0, 0.5, 1);
        var table = new TableRecommender(split.Train, draw);
        using var team = new WorkerTeam(4);
        foreach (HeldOutInteractions heldOut in (HeldOutInteractions[])[HeldOutInteractions.ByUser(split.Test, split.Train), HeldOutInteractions.ByInteraction(split.Test, split.Train)])
        {
            HeldOutReference.Ranks(heldOut, user => table.Table[user]).AssertSame(table.Rank(heldOut, team), heldOut.ItemCount);
        }
    }

    [Fact]
    public void A_user_is_scored_once_for_all_of_its_interactions()
    {
        InteractionLog log = Logs.Of([.. Enumerable.Range(0, 60).Select(i => ($"u{i % 3}", $"i{i}"))]);
        var table = new TableRecommender(log, new Draw(6, 12));
        table.Rank(HeldOutInteractions.ByInteraction(log));
        Assert.Equal(3, table.Calls);
    }

    [Fact]
    public void Nothing_to_rank_gives_no_ranks()
    {
        InteractionLog log = Logs.Of(("a", "x"));
        Assert.Equal(0, new TableRecommender(log, new Draw(7, 12)).Rank(HeldOutInteractions.ByUser(log.Select([]))).Count);
    }

    [Fact]
    public void Cancellation_stops_before_the_next_query()
    {
        InteractionLog log = Logs.Of(("a", "x"));
        var table = new TableRecommender(log, new Draw(8, 12));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Refusal.Of<OperationCanceledException>(() => table.Rank(HeldOutInteractions.ByUser(log), cancellationToken: source.Token));
        Assert.Equal(0, table.Calls);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        InteractionLog log = Logs.Of(("a", "x"));
        InteractionLog larger = Logs.Of(("a", "x"), ("a", "y"));
        var table = new TableRecommender(log, new Draw(9, 12));
        Refusal.Of<ArgumentNullException>(() => table.Rank(null!), "heldOut");
        Refusal.Of<ArgumentException>(() => table.Rank(HeldOutInteractions.ByUser(larger)), "heldOut has 1 users and 2 items, but table was made for 1 users and 1 items");
        Refusal.Of<ArgumentOutOfRangeException>(() => table.Score(1, new double[1]), "user is 1; expected one of the 1 users");
        Refusal.Of<ArgumentOutOfRangeException>(() => table.Score(-1, new double[1]), "user is -1");
        Refusal.Of<ArgumentException>(() => table.Score(0, new double[2]), "scores must be one for each of the 1 items, not 2");
        Refusal.Of<ArgumentNullException>(() => _ = new PopularityRecommender(null!), "train");
    }

    /// <summary>Scores from a table: few different ones, and NaN among them.</summary>
    private sealed class TableRecommender : ScoringRecommender
    {
        private int _calls;

        public TableRecommender(InteractionLog train, Draw draw)
            : base("table", train) =>
            Table = [.. Enumerable.Range(0, UserCount).Select(_ => Enumerable.Range(0, ItemCount).Select(_ => draw.Below(8) == 0 ? double.NaN : draw.Between(-1, 2)).ToArray())];

        public double[][] Table { get; }

        public int Calls => _calls;

        public override void Score(int user, Span<double> scores)
        {
            CheckScores(user, scores);
            Interlocked.Increment(ref _calls);
            Table[user].CopyTo(scores);
        }
    }
}
