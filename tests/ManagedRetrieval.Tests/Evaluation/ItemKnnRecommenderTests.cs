using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Data;

namespace ManagedRetrieval.Tests.Evaluation;

public class ItemKnnRecommenderTests
{
    [Fact]
    public void Scores_are_those_of_the_definition() => RandomCases.Check(
        draw =>
        {
            InteractionLog train = Random(draw);
            int neighbours = draw.OneOf(1, 2, 3, 5, 100, int.MaxValue);
            using var team = new WorkerTeam(3);
            ItemKnnRecommender knn = ItemKnnRecommender.Fit(train, neighbours, draw.Bool() ? team : null);
            double[][] similarities = Similarities(train, neighbours);
            double[] scores = new double[train.Items.Count];
            for (int user = 0; user < train.Users.Count; user++)
            {
                int[] history = [.. ItemsOf(train, user)];
                knn.Score(user, scores);
                AssertScores(similarities, history, scores);
            }

            // Somebody who is not in the log, one item twice.
            int[] visitor = [.. draw.Ids(4, train.Items.Count)];
            knn.Score(visitor, scores);
            AssertScores(similarities, visitor, scores);
        },
        cases: 300,
        size: 120);

    [Fact]
    public void Many_items_have_the_same_neighbours_to_the_bit_for_any_number_of_workers()
    {
        // 200 items make 4 parts.
        var draw = new Draw(23, 12);
        InteractionLog train = Logs.Of([.. Enumerable.Range(0, 1500).Select(i => ($"u{i % 90}", $"i{Math.Min(draw.Below(200), draw.Below(200))}"))]);
        using var team = new WorkerTeam(4);
        ItemKnnRecommender alone = ItemKnnRecommender.Fit(train, 7), shared = ItemKnnRecommender.Fit(train, 7, team);
        double[][] similarities = Similarities(train, 7);
        double[] expected = new double[train.Items.Count], scores = new double[train.Items.Count];
        for (int user = 0; user < train.Users.Count; user++)
        {
            alone.Score(user, expected);
            shared.Score(user, scores);
            Assert.Equal(expected, scores);
            AssertScores(similarities, [.. ItemsOf(train, user)], scores);
        }
    }

    [Fact]
    public void Ranks_follow_from_the_scores_and_the_user_s_history() => RandomCases.Check(
        draw =>
        {
            (InteractionLog train, HeldOutInteractions heldOut) = HeldOutReference.Random(draw);
            ItemKnnRecommender knn = ItemKnnRecommender.Fit(train, 2);
            HeldOutReference.Ranks(heldOut, user =>
            {
                double[] scores = new double[train.Items.Count];
                knn.Score(user, scores);
                return scores;
            }).AssertSame(knn.Rank(heldOut), heldOut.ItemCount);
            Assert.Equal("item-knn", knn.Name);
        },
        size: 60);

    [Fact]
    public void Equal_cosines_are_equal_numbers()
    {
        // x has 9 users, a one of them, b three of them and six others: 1 / √(9 · 1) and 3 / √(9 · 9), both 1/3.
        var rows = new List<(string, string)>();
        for (int user = 0; user < 9; user++)
        {
            rows.Add(($"u{user}", "x"));
        }

        rows.Add(("u0", "a"));
        for (int user = 6; user < 15; user++)
        {
            rows.Add(($"u{user}", "b"));
        }

        InteractionLog log = Logs.Of(rows);
        double[] scores = new double[3];
        ItemKnnRecommender.Fit(log).Score([log.Items.IndexOf("x")], scores);
        Assert.Equal([0, (float)(1 / 3.0), (float)(1 / 3.0)], scores);

        // With one neighbour, x keeps the lower number of the two: a came first.
        ItemKnnRecommender one = ItemKnnRecommender.Fit(log, 1);
        one.Score([log.Items.IndexOf("a")], scores);
        Assert.Equal((float)(1 / 3.0), scores[log.Items.IndexOf("x")]);
        one.Score([log.Items.IndexOf("b")], scores);
        Assert.Equal(0, scores[log.Items.IndexOf("x")]);
    }

    [Fact]
    public void Repeated_pairs_and_their_order_change_nothing()
    {
        (string, string)[] rows = [("a", "x"), ("a", "y"), ("b", "y"), ("b", "z"), ("c", "x"), ("c", "z"), ("c", "y")];
        InteractionLog once = Logs.Of(rows);
        InteractionLog twice = Logs.Of([.. rows, .. rows.Reverse()]);
        double[] expected = new double[3], scores = new double[3];
        for (int user = 0; user < 3; user++)
        {
            ItemKnnRecommender.Fit(once, 2).Score(user, expected);
            ItemKnnRecommender.Fit(twice, 2).Score(user, scores);
            Assert.Equal(expected, scores);
        }
    }

    [Fact]
    public void The_neighbours_of_a_hub_are_kept_when_there_is_no_room_for_all()
    {
        // The hub has one user of each of 60 items, which have 1 to 60 users: the fewer, the more similar.
        var rows = new List<(string, string)>();
        int user = 0;
        int[] order = [.. Enumerable.Range(1, 60)];
        new CounterRandom(3, 3).Shuffle<int>(order);
        foreach (int item in order)
        {
            for (int i = 0; i < item; i++)
            {
                rows.Add(($"u{user}", $"i{item}"));
                if (i == 0)
                {
                    rows.Add(($"u{user}", "hub"));
                }

                user++;
            }
        }

        InteractionLog log = Logs.Of(rows);
        ItemKnnRecommender knn = ItemKnnRecommender.Fit(log, 3);
        int hub = log.Items.IndexOf("hub");
        double[] scores = new double[log.Items.Count];
        foreach (int item in order)
        {
            knn.Score([log.Items.IndexOf($"i{item}")], scores);
            Assert.Equal(item <= 3, scores[hub] > 0);
        }
    }

    [Fact]
    public void A_taste_is_found_again()
    {
        // Even users like even items, odd ones odd items: a held-out item is one of 10, not of 20.
        var draw = new Draw(17, 12);
        InteractionLog log = Logs.Of([.. Enumerable.Range(0, 1200).Select(i => ($"u{i % 100}", $"i{(2 * draw.Below(10)) + (i % 2)}"))]).Deduplicate(DuplicatePolicy.KeepFirst);
        InteractionSplit split = InteractionSplit.Random(log, 0, 0.2, 3);
        HeldOutInteractions heldOut = HeldOutInteractions.ByUser(split.Test, split.Train);
        RankMetric auc = RankMetric.Auc;
        double knn = auc.Of(ItemKnnRecommender.Fit(split.Train).Rank(heldOut));
        Assert.InRange(auc.Of(new PopularityRecommender(split.Train).Rank(heldOut)), 0, 0.7);
        Assert.InRange(knn, 0.85, 1);
    }

    [Fact]
    public void Cancellation_and_bad_arguments_are_refused()
    {
        InteractionLog log = Logs.Of(("a", "x"), ("a", "y"));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Refusal.Of<OperationCanceledException>(() => ItemKnnRecommender.Fit(log, cancellationToken: source.Token));
        Refusal.Of<ArgumentNullException>(() => ItemKnnRecommender.Fit(null!), "train");
        Refusal.Of<ArgumentOutOfRangeException>(() => ItemKnnRecommender.Fit(log, 0), "neighbours is 0; expected at least 1");
        ItemKnnRecommender knn = ItemKnnRecommender.Fit(log);
        Refusal.Of<ArgumentException>(() => knn.Score([0, 2], new double[2]), "history must name items, 0 to 1, but number 1 is 2");
        Refusal.Of<ArgumentException>(() => knn.Score([-1], new double[2]), "number 0 is -1");
        Refusal.Of<ArgumentException>(() => knn.Score([], new double[3]), "scores must be one for each of the 2 items, not 3");
        Refusal.Of<ArgumentOutOfRangeException>(() => knn.Score(1, new double[2]), "user is 1");
        Assert.Equal(0, ItemKnnRecommender.Fit(log.Select([])).Rank(HeldOutInteractions.ByUser(log.Select([]))).Count);
    }

    private static InteractionLog Random(Draw draw)
    {
        int users = draw.Between(1, 8), items = draw.Between(1, 12);
        return Logs.Of([.. Enumerable.Range(0, draw.Length()).Select(_ => ($"u{draw.Below(users)}", $"i{draw.Below(items)}"))]);
    }

    private static IEnumerable<int> ItemsOf(InteractionLog log, int user) =>
        Enumerable.Range(0, log.Count).Where(row => log.UserColumn[row] == user).Select(row => log.ItemColumn[row]).Distinct();

    /// <summary>[i][j]: the cosine where j is among i's neighbours, else 0. Neighbours are chosen by whole numbers alone.</summary>
    private static double[][] Similarities(InteractionLog log, int neighbours)
    {
        int count = log.Items.Count;
        HashSet<int>[] users = [.. Enumerable.Range(0, count).Select(item =>
            Enumerable.Range(0, log.Count).Where(row => log.ItemColumn[row] == item).Select(row => log.UserColumn[row]).ToHashSet())];
        double[][] similarities = new double[count][];
        for (int i = 0; i < count; i++)
        {
            similarities[i] = new double[count];
            var others = new List<(int Item, long Common)>();
            for (int j = 0; j < count; j++)
            {
                int common = users[i].Intersect(users[j]).Count();
                if (j != i && common > 0)
                {
                    others.Add((j, common));
                }
            }

            // c / √(a·b) is greater where c²/b is, a being the same for all.
            others.Sort((x, y) => (x.Common * x.Common * users[y.Item].Count).CompareTo(y.Common * y.Common * users[x.Item].Count) is not 0 and var order ? -order : x.Item.CompareTo(y.Item));
            foreach ((int j, long common) in others.Take(neighbours))
            {
                similarities[i][j] = common / Math.Sqrt((double)users[i].Count * users[j].Count);
            }
        }

        return similarities;
    }

    private static void AssertScores(double[][] similarities, int[] history, double[] scores)
    {
        for (int item = 0; item < scores.Length; item++)
        {
            double expected = history.Sum(known => similarities[item][known]);
            Assert.InRange(scores[item], expected - 1e-6, expected + 1e-6);
            Assert.Equal(expected == 0, scores[item] == 0);
        }
    }
}
