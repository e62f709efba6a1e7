using ManagedRetrieval.Features;
using ManagedRetrieval.Towers;

namespace ManagedRetrieval.Tests.Towers;

public class WarmStartTests
{
    [Fact]
    public void Known_ids_keep_their_rows_wherever_they_stand_and_new_ones_keep_their_first_values()
    {
        TwoTowerModel<string, string> earlier = Model(["a", "b", "c"], ["x", "y"], seed: 1), model = Model(["c", "d", "a"], ["y", "x", "z"], seed: 2);
        float[] fresh = Query(model, "d");
        WarmStart taken = WarmStart.Apply(model, earlier);
        Assert.Equal(Query(earlier, "a"), Query(model, "a"));
        Assert.Equal(Query(earlier, "c"), Query(model, "c"));
        Assert.Equal(Query(earlier, "somebody else"), Query(model, "somebody else"));
        Assert.Equal(earlier.EmbedCandidates(["x", "y"]).Span.ToArray(), model.EmbedCandidates(["x", "y"]).Span.ToArray());

        // The linear layer is taken over, so that only the embedding is its own.
        Assert.NotEqual(Query(earlier, "b"), Query(model, "d"));
        Assert.NotEqual(fresh, Query(model, "d"));

        // Two of three users and both items are known, and the bucket of each side; both layers go over as a whole.
        Assert.Equal((6, 6, 2), (taken.Parameters, taken.Rows, taken.NewRows));
        Assert.Empty(taken.Left);
    }

    [Fact]
    public void What_has_another_name_or_shape_keeps_its_first_values_and_is_told_of()
    {
        TwoTowerModel<string, string> earlier = Model(["a"], ["x"], seed: 1, dimensions: 3), model = Model(["a"], ["x"], seed: 2);
        float[] before = model.Parameters[0].Value.Span.ToArray();
        WarmStart taken = WarmStart.Apply(model, earlier);
        Assert.Equal(before, model.Parameters[0].Value.Span.ToArray());
        Assert.Equal(model.Parameters.Select(parameter => parameter.Name), taken.Left);
        Assert.Equal((0, 0, 0), (taken.Parameters, taken.Rows, taken.NewRows));
    }

    [Fact]
    public void A_history_and_the_candidates_that_share_a_table_find_each_other_again()
    {
        TwoTowerModel<string[], string> earlier = Sequences(["x", "y"], 1), model = Sequences(["z", "y", "x"], 2);
        WarmStart.Apply(model, earlier);
        Assert.Equal(earlier.EmbedQueries([["x", "y", "x"]]).Span.ToArray(), model.EmbedQueries([["x", "y", "x"]]).Span.ToArray());
        Assert.Equal(earlier.EmbedCandidates(["y"]).Span.ToArray(), model.EmbedCandidates(["y"]).Span.ToArray());
    }

    [Fact]
    public void Hashed_ids_of_every_kind_keep_their_rows_where_size_hashes_and_seed_are_the_same()
    {
        Hashed(["a", "b", ""]);
        Hashed([1, -7, int.MaxValue]);
        Hashed([1L, -7L, long.MinValue]);

        static void Hashed<TKey>(TKey[] keys)
            where TKey : notnull
        {
            TwoTowerModel<TKey, TKey> earlier = Hashes<TKey>(1, 20, 2, 3);
            foreach ((TwoTowerModel<TKey, TKey> model, bool same) in new[] { (Hashes<TKey>(2, 20, 2, 3), true), (Hashes<TKey>(2, 20, 1, 3), false), (Hashes<TKey>(2, 20, 2, 4), false), (Hashes<TKey>(2, 19, 2, 3), false) })
            {
                float[] before = [.. model.EmbedQueries(keys).Span];
                WarmStart taken = WarmStart.Apply(model, earlier);
                Assert.Equal(same ? [.. earlier.EmbedQueries(keys).Span] : before, model.EmbedQueries(keys).Span.ToArray());
                Assert.Equal(same ? 0 : 2, taken.Left.Count);
            }
        }

        static TwoTowerModel<TKey, TKey> Hashes<TKey>(ulong seed, int buckets, int hashes, ulong hashSeed)
            where TKey : notnull =>
            new(new HashFeature<TKey>(buckets, hashes, hashSeed), new HashFeature<TKey>(buckets, hashes, hashSeed), new TwoTowerOptions { Dimensions = 4, Seed = seed });
    }

    private static float[] Query(TwoTowerModel<string, string> model, string key) => model.EmbedQueries([key]).Span.ToArray();

    private static TwoTowerModel<string, string> Model(string[] users, string[] items, ulong seed, int dimensions = 4) => new(
        new IdFeature<string>(new Vocabulary<string>(users, 1)), new IdFeature<string>(new Vocabulary<string>(items, 1)),
        new TwoTowerOptions { Dimensions = dimensions, Linear = true, Seed = seed });

    private static TwoTowerModel<string[], string> Sequences(string[] items, ulong seed)
    {
        var ids = new IdFeature<string>(new Vocabulary<string>(items, 1));
        var builder = new TwoTowerBuilder<string[], string> { Dimensions = 4, Seed = seed };
        builder.Query.Sequence("past", new ListFeature<string>(ids), past => (IReadOnlyList<string>)past, new() { Encoder = HistoryKind.Recurrent, Table = "item" });
        builder.Candidate.Embed("item", ids, item => item, new() { Table = "item" });
        return builder.Build();
    }
}
