using ManagedRetrieval.Data;
using ManagedRetrieval.Engine.Parallel;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Evaluation;
using ManagedRetrieval.Metrics;
using ManagedRetrieval.TestKit;
using ManagedRetrieval.Tests.Data;

namespace ManagedRetrieval.Tests.Evaluation;

public class BaselineTests
{
    [Fact]
    public void In_a_random_order_everything_ties() => RandomCases.Check(
        draw =>
        {
            (InteractionLog train, HeldOutInteractions heldOut) = HeldOutReference.Random(draw);
            QueryRanks ranks = new RandomRecommender().Rank(heldOut);
            QueryRanks same = new ConstantRecommender(train).Rank(heldOut);
            Assert.Equal(same.Count, ranks.Count);
            for (int query = 0; query < ranks.Count; query++)
            {
                Assert.Equal(same[query].ToArray(), ranks[query].ToArray());
                Assert.Equal(same.Negatives(query), ranks.Negatives(query));
            }

            Assert.Equal(same.Counts with { ScoredPairs = 0 }, ranks.Counts);
        },
        size: 60);

    [Fact]
    public void A_random_order_finds_k_of_n()
    {
        // 12 items less 2 that are known leave 10 places for one positive.
        InteractionLog log = Logs.Of([.. Enumerable.Range(0, 12).Select(i => ("a", $"i{i}"))]);
        HeldOutInteractions heldOut = HeldOutInteractions.ByUser(log.Select([4]), log.Select([0, 11]));
        QueryRanks ranks = new RandomRecommender().Rank(heldOut);
        Assert.Equal(0.3, RankMetric.Recall(3).Of(ranks), 1e-12);
        Assert.Equal(0.5, RankMetric.Auc.Of(ranks), 1e-12);
        Assert.Equal("random", new RandomRecommender().Name);
    }

    [Fact]
    public void Popularity_is_the_number_of_interactions_or_of_users() => RandomCases.Check(
        draw =>
        {
            (InteractionLog train, HeldOutInteractions heldOut) = HeldOutReference.Random(draw);
            bool distinct = draw.Bool();
            var pairs = Enumerable.Range(0, train.Count).Select(row => (User: train.UserColumn[row], Item: train.ItemColumn[row]));
            double[] counts = [.. Enumerable.Range(0, train.Items.Count).Select(item => (double)(distinct ? pairs.Distinct() : pairs).Count(pair => pair.Item == item))];
            var popularity = new PopularityRecommender(train, distinct);
            HeldOutReference.Ranks(heldOut, _ => counts).AssertSame(popularity.Rank(heldOut), heldOut.ItemCount);
            Assert.Equal("popularity", popularity.Name);
        },
        size: 60);

    [Fact]
    public void Embeddings_are_ranked_by_their_dot_products() => RandomCases.Check(
        draw =>
        {
            (InteractionLog train, HeldOutInteractions heldOut) = HeldOutReference.Random(draw);

            // Whole numbers, so that many tie and no sum is rounded.
            Tensor<float> users = Whole(draw, heldOut.UserCount, 3), items = Whole(draw, heldOut.ItemCount, 3);
            using var team = new WorkerTeam(2);
            QueryRanks ranks = new EmbeddingRecommender("two-tower", users, items).Rank(heldOut, draw.Bool() ? team : null);
            HeldOutReference.Ranks(heldOut, user => [.. Enumerable.Range(0, heldOut.ItemCount).Select(item => Dot(users.Row(user), items.Row(item)))])
                .AssertSame(ranks, heldOut.ItemCount);
        },
        size: 40);

    [Fact]
    public void Embeddings_that_do_not_fit_are_refused()
    {
        InteractionLog log = Logs.Of(("a", "x"), ("b", "y"));
        Tensor<float> two = new(new Shape(2, 3));
        Refusal.Of<ArgumentNullException>(() => _ = new EmbeddingRecommender(null!, two, two), "name");
        Refusal.Of<ArgumentException>(() => _ = new EmbeddingRecommender("m", new Tensor<float>(new Shape(2, 4)), two), "userEmbeddings must have the shape [Q, 3]");
        Refusal.Of<ArgumentException>(() => _ = new EmbeddingRecommender("m", two, new Tensor<float>(new Shape(0, 3))), "itemEmbeddings must have at least one row");
        var third = new EmbeddingRecommender("m", new Tensor<float>(new Shape(3, 3)), two);
        Refusal.Of<ArgumentException>(() => third.Rank(HeldOutInteractions.ByUser(log)), "heldOut has 2 users and 2 items, but m has embeddings of shape [3, 3] and [2, 3]");
        Refusal.Of<ArgumentNullException>(() => third.Rank(null!), "heldOut");
        Refusal.Of<ArgumentNullException>(() => new RandomRecommender().Rank(null!), "heldOut");
    }

    private static Tensor<float> Whole(Draw draw, int rows, int width) =>
        new(new Shape(rows, width), (float[])[.. Enumerable.Range(0, rows * width).Select(_ => (float)draw.Between(-1, 1))]);

    private static double Dot(Span<float> x, Span<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    private sealed class ConstantRecommender(InteractionLog train) : ScoringRecommender("constant", train)
    {
        public override void Score(int user, Span<double> scores) => scores.Fill(0.5);
    }
}
