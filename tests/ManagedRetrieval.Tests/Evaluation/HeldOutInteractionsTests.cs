using ManagedRetrieval.Data;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Data;

namespace ManagedRetrieval.Tests.Evaluation;

public class HeldOutInteractionsTests
{
    [Fact]
    public void By_user_all_held_out_items_are_positives_and_the_others_the_user_knows_are_excluded() => RandomCases.Check(
        draw =>
        {
            InteractionSplit split = InteractionSplit.Random(Logs.Random(draw), 0.3, 0.3, draw.Seed);
            bool both = draw.Bool();
            HeldOutInteractions heldOut = both
                ? HeldOutInteractions.ByUser(split.Test, split.Train, split.Validation)
                : HeldOutInteractions.ByUser(split.Test, split.Train);
            int[] users = [.. split.Test.UserColumn.ToArray().Distinct().Order()];
            Assert.Equal(users, heldOut.Users.ToArray());
            Assert.Equal((users.Length, split.Test.Users.Count, split.Test.Items.Count), (heldOut.Count, heldOut.UserCount, heldOut.ItemCount));
            for (int query = 0; query < users.Length; query++)
            {
                int[] positives = ItemsOf(users[query], split.Test);
                Assert.Equal(positives, heldOut.Positives[query].ToArray());
                int[] known = both ? ItemsOf(users[query], split.Train, split.Validation) : ItemsOf(users[query], split.Train);
                AssertExcluded(known.Except(positives), heldOut, query);
            }
        },
        size: 60);

    [Fact]
    public void By_interaction_each_row_is_a_query_with_one_positive() => RandomCases.Check(
        draw =>
        {
            InteractionSplit split = InteractionSplit.Random(Logs.Random(draw), 0.3, 0.3, draw.Seed);
            HeldOutInteractions heldOut = HeldOutInteractions.ByInteraction(split.Test, split.Train, split.Validation);
            Assert.Equal(split.Test.UserColumn.ToArray(), heldOut.Users.ToArray());
            Assert.Equal(split.Test.ItemColumn.ToArray(), heldOut.Positives.Ids.ToArray());
            for (int query = 0; query < heldOut.Count; query++)
            {
                int[] positive = [split.Test.ItemColumn[query]];
                Assert.Equal(positive, heldOut.Positives[query].ToArray());
                AssertExcluded(ItemsOf(heldOut.Users[query], split.Train, split.Validation).Except(positive), heldOut, query);
            }
        },
        size: 60);

    [Fact]
    public void Without_earlier_parts_everything_competes()
    {
        InteractionLog log = Logs.Of(("a", "x"), ("a", "y"), ("b", "x"));
        foreach (HeldOutInteractions heldOut in (HeldOutInteractions[])[HeldOutInteractions.ByUser(log), HeldOutInteractions.ByInteraction(log)])
        {
            Assert.Equal(0, heldOut.ExcludedLists().Ids.Length);
        }

        Assert.Equal(2, HeldOutInteractions.ByUser(log).Count);
        Assert.Equal(3, HeldOutInteractions.ByInteraction(log).Count);
        Assert.Equal(0, HeldOutInteractions.ByUser(log.Select([]), log).Count);
        Assert.Equal(0, HeldOutInteractions.ByInteraction(log.Select([]), log).Count);
    }

    [Fact]
    public void A_user_s_history_is_kept_once_for_all_of_the_user_s_interactions()
    {
        // 300 held-out interactions of a user with 30,000 others: 36 MB where each had a list of its own.
        object?[][] rows = [.. Enumerable.Range(0, 30_300).Select(item => new object?[] { "a", (long)item, null, null })];
        InteractionLog log = Logs.Read(rows, new InteractionColumns { ItemKeys = KeyKind.Number });
        InteractionLog test = log.Select([.. Enumerable.Range(0, 300)]);
        InteractionLog train = log.Select([.. Enumerable.Range(300, 30_000)]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        HeldOutInteractions heldOut = HeldOutInteractions.ByInteraction(test, train);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3_000_000);
        Assert.Equal(30_000, heldOut.Excluded(299).Length);
    }

    [Fact]
    public void Parts_of_other_logs_and_queries_that_are_not_there_are_refused()
    {
        InteractionLog log = Logs.Of(("a", "x"), ("a", "y"));
        InteractionLog other = Logs.Of(("a", "x"), ("a", "y"));
        Refusal.Of<ArgumentNullException>(() => HeldOutInteractions.ByUser(null!), "heldOut");
        Refusal.Of<ArgumentException>(() => HeldOutInteractions.ByUser(log, log, null!), "exclude must not hold null, but number 1 is");
        Refusal.Of<ArgumentException>(() => HeldOutInteractions.ByInteraction(log, other), "number 0 has keys of its own");
        Refusal.Of<ArgumentOutOfRangeException>(() => HeldOutInteractions.ByUser(log).Excluded(1), "query");
        Refusal.Of<ArgumentOutOfRangeException>(() => HeldOutInteractions.ByUser(log).Excluded(-1), "query");
    }

    private static int[] ItemsOf(int user, params InteractionLog[] logs) =>
        [.. logs.SelectMany(log => Enumerable.Range(0, log.Count).Where(row => log.UserColumn[row] == user).Select(row => log.ItemColumn[row])).Distinct().Order()];

    private static void AssertExcluded(IEnumerable<int> expected, HeldOutInteractions heldOut, int query)
    {
        Assert.Equal(expected, heldOut.Excluded(query).ToArray());
        Assert.Equal(expected, heldOut.ExcludedLists()[query].ToArray());
    }
}
