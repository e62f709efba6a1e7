using ManagedRetrieval.Data;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Data;

public class InteractionSplitTests
{
    [Fact]
    public void A_random_split_has_the_shares_asked_for_and_follows_its_seed() => RandomCases.Check(
        draw =>
        {
            InteractionLog log = Logs.Random(draw);
            double test = draw.Uniform();
            double validation = draw.Uniform() * (1 - test);
            InteractionSplit split = InteractionSplit.Random(log, validation, test, draw.Seed);
            Logs.AssertPartition(log, split.Train, split.Validation, split.Test);
            Assert.Equal((int)Math.Round(test * log.Count, MidpointRounding.AwayFromZero), split.Test.Count);
            Assert.InRange(split.Validation.Count, (validation * log.Count) - 1, (validation * log.Count) + 1);
            Assert.Equal(Logs.RowsOf(split.Test), Logs.RowsOf(InteractionSplit.Random(log, validation, test, draw.Seed).Test));
        },
        size: 60);

    [Fact]
    public void Another_seed_splits_otherwise()
    {
        InteractionLog log = Logs.Read([.. Enumerable.Range(0, 100).Select(i => new object?[] { "a", "b", 1L, (double)i })], new InteractionColumns { Weight = "weight" });
        int[][] tests = [.. Enumerable.Range(0, 20).Select(seed => Logs.RowsOf(InteractionSplit.Random(log, 0.1, 0.3, (ulong)seed).Test))];
        Assert.Equal(20, tests.Select(rows => string.Join(' ', rows)).Distinct().Count());

        // Each row is drawn about as often as any other: 6 of 20 times, with a standard deviation of 2.
        Assert.All(Enumerable.Range(0, 100), row => Assert.InRange(tests.Count(rows => rows.Contains(row)), 0, 14));
        Assert.InRange(tests.SelectMany(rows => rows).Average(), 45, 54);
    }

    [Fact]
    public void A_point_in_time_parts_what_is_before_it_from_the_rest()
    {
        InteractionLog log = Logs.Of(("a", "x", 5), ("a", "y", 3), ("b", "x", 4), ("b", "y", 5), ("b", "z", 6));
        InteractionSplit split = InteractionSplit.ByTime(log, 4, 6);
        Assert.Equal(["y"], split.Train.ItemColumn.ToArray().Select(log.Items.Describe));
        Assert.Equal([5, 4, 5], split.Validation.TimeColumn.ToArray());
        Assert.Equal([6], split.Test.TimeColumn.ToArray());
        Assert.Equal(0, InteractionSplit.ByTime(log, 4, 4).Validation.Count);
        Assert.Equal(5, InteractionSplit.ByTime(log, 7, 7).Train.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => InteractionSplit.ByTime(log, 6, 4));
    }

    [Fact]
    public void The_latest_share_is_the_end_of_the_rows_ordered_by_time() => RandomCases.Check(
        draw =>
        {
            InteractionLog log = Logs.Random(draw);
            if (!log.HasTimes)
            {
                Refusal.Of<ArgumentException>(() => InteractionSplit.Latest(log, 0.1, 0.1), "no times");
                Refusal.Of<ArgumentException>(() => InteractionSplit.ByTime(log, 1, 1), "no times");
                return;
            }

            InteractionSplit split = InteractionSplit.Latest(log, 0.25, 0.25);
            Logs.AssertPartition(log, split.Train, split.Validation, split.Test);
            int[] order = [.. Enumerable.Range(0, log.Count).OrderBy(row => log.TimeColumn[row]).ThenBy(row => row)];
            Assert.Equal(order[^split.Test.Count..].Order(), Logs.RowsOf(split.Test));
            Assert.Equal(order[..split.Train.Count].Order(), Logs.RowsOf(split.Train));
            Assert.Equal((int)Math.Round(0.25 * log.Count, MidpointRounding.AwayFromZero), split.Test.Count);
        },
        size: 40);

    [Fact]
    public void The_last_of_each_user_is_for_the_test_and_the_one_before_it_for_validation() => RandomCases.Check(
        draw =>
        {
            InteractionLog log = Logs.Random(draw);
            var byUser = Enumerable.Range(0, log.Count).GroupBy(row => log.UserColumn[row])
                .Select(user => user.OrderBy(row => log.HasTimes ? log.TimeColumn[row] : 0).ThenBy(row => row).ToArray())
                .Where(rows => rows.Length >= 3)
                .ToArray();
            InteractionSplit split = InteractionSplit.LeaveLastOut(log);
            Logs.AssertPartition(log, split.Train, split.Validation, split.Test);
            Assert.Equal(byUser.Select(rows => rows[^1]).Order(), Logs.RowsOf(split.Test));
            Assert.Equal(byUser.Select(rows => rows[^2]).Order(), Logs.RowsOf(split.Validation));
        },
        cases: 300,
        size: 40);

    [Fact]
    public void Users_with_fewer_than_three_interactions_stay_in_training()
    {
        InteractionLog log = Logs.Of(("a", "1"), ("b", "1"), ("b", "2"), ("c", "1"), ("c", "2"), ("c", "3"));
        InteractionSplit split = InteractionSplit.LeaveLastOut(log);
        Assert.Equal([("a", "1"), ("b", "1"), ("b", "2"), ("c", "1")], Logs.Rows(split.Train).Select(row => (row.User, row.Item)));
        Assert.Equal([("c", "2")], Logs.Rows(split.Validation).Select(row => (row.User, row.Item)));
        Assert.Equal([("c", "3")], Logs.Rows(split.Test).Select(row => (row.User, row.Item)));
    }

    [Fact]
    public async Task Given_files_share_their_keys()
    {
        string[] header = ["user", "item"];
        var train = new ListedRows(header, [["a", "x"], ["b", "y"]]);
        var test = new ListedRows(header, [["b", "x"], ["c", "z"], ["c", null]], BadRowPolicy.Skip);
        (InteractionSplit split, IReadOnlyList<SkippedRows> skipped) = await InteractionSplit.ReadAsync(train, null, test);
        Assert.Equal(["a", "b", "c"], split.Train.Users.Texts);
        Assert.Same(split.Train.Items, split.Test.Items);
        Assert.Equal([1, 2], split.Test.UserColumn.ToArray());
        Assert.Equal([0, 2], split.Test.ItemColumn.ToArray());
        Assert.Equal(0, split.Validation.Count);
        Assert.Equal([0, 1], skipped.Select(rows => rows.Count));
        (split, skipped) = await InteractionSplit.ReadAsync(train, new ListedRows(header, [["d", "x"]]), test);
        Assert.Equal([2], split.Validation.UserColumn.ToArray());
        Assert.Equal(3, skipped.Count);
    }

    [Theory]
    [InlineData(-0.1, 0.5)]
    [InlineData(0.5, -0.1)]
    [InlineData(0.6, 0.5)]
    [InlineData(1.1, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(0, double.PositiveInfinity)]
    public void Shares_are_from_zero_to_one_together(double validation, double test)
    {
        InteractionLog log = Logs.Of(("a", "x", 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => InteractionSplit.Random(log, validation, test, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => InteractionSplit.Latest(log, validation, test));
    }
}
