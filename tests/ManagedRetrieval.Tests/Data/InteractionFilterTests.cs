using ManagedRetrieval.Data;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Tests.Data;

public class InteractionFilterTests
{
    [Fact]
    public void A_core_is_what_remains_after_taking_out_one_row_of_a_short_key_after_the_other() => RandomCases.Check(
        draw =>
        {
            InteractionLog log = Logs.Random(draw);
            (int perUser, int perItem) = (draw.Between(0, 4), draw.Between(0, 4));
            List<(string User, string Item, long Time, float Weight)> rest = [.. Logs.Rows(log)];
            int shortOne;
            while ((shortOne = rest.FindIndex(row => rest.Count(other => other.User == row.User) < perUser || rest.Count(other => other.Item == row.Item) < perItem)) >= 0)
            {
                rest.RemoveAt(shortOne);
            }

            InteractionLog core = log.KCore(perUser, perItem);
            Assert.Equal(rest, Logs.Rows(core));
            Assert.Equal(rest.Select(row => row.User).Distinct().Count(), core.Users.Count);
            Assert.Equal(rest.Select(row => row.Item).Distinct().Count(), core.Items.Count);
        },
        cases: 300,
        size: 40);

    [Fact]
    public void A_chain_falls_apart_from_its_end()
    {
        (string, string)[] chain = [.. Enumerable.Range(0, 20).SelectMany(i => new[] { ($"u{i}", $"i{i}"), ($"u{i}", $"i{i + 1}") })];
        Assert.Equal(40, Logs.Of(chain).KCore(2, 1).Count);
        Assert.Equal(0, Logs.Of(chain).KCore(2, 2).Count);
        Assert.Equal(0, Logs.Of(chain).KCore(2, 2).Users.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => Logs.Of(chain).KCore(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Logs.Of(chain).KCore(0, -1));
    }

    [Fact]
    public void One_interaction_of_each_pair_stays_by_time_and_then_by_row() => RandomCases.Check(
        draw =>
        {
            InteractionLog log = Logs.Random(draw);
            var pairs = Logs.Rows(log).Select((row, number) => (row, number))
                .GroupBy(entry => (entry.row.User, entry.row.Item), entry => entry)
                .Select(group => group.OrderBy(entry => entry.row.Time).ThenBy(entry => entry.number).Select(entry => entry.number).ToArray())
                .ToArray();
            Assert.Same(log, log.Deduplicate(DuplicatePolicy.KeepAll));
            Assert.Equal(pairs.Select(pair => pair[0]).Order(), Logs.RowsOf(log.Deduplicate(DuplicatePolicy.KeepFirst)));
            Assert.Equal(pairs.Select(pair => pair[^1]).Order(), Logs.RowsOf(log.Deduplicate(DuplicatePolicy.KeepLast)));
        },
        cases: 300,
        size: 40);
}
